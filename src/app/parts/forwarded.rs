//! The seller's routes with the servers that answer them.

use std::collections::HashMap;
use std::sync::Arc;

use super::Shared;
use crate::api::forwarding::Forwarder;
use crate::api::forwarding::identity::IdentityTokens;
use crate::app::offer::{Offer, OfferError};
use crate::catalogue::routes::lenient_paths::LenientPaths;
use crate::domain::forwarding::{UpstreamIdentity, UpstreamServers};
use crate::domain::price::CountedPrice;
use crate::gate::forward::ForwardRoute;
use crate::gate::metering::Metering;

impl Shared {
    /// The routes of the seller, with their servers.
    pub(super) fn forwarded(
        &self,
        offer: &Offer,
        metering: &Arc<Metering>,
    ) -> Result<Vec<ForwardRoute>, OfferError> {
        self.check_credentials(&offer.routes.upstreams)?;
        let servers = self.upstreams.of(&offer.routes.upstreams)?;
        let tokens = self.identity_tokens(&offer.routes.upstreams);
        self.lease.follow(offer.routes.longest_total_s());
        let paths = offer.routes.forwarded.iter().map(|route| route.path);
        let lenient_paths = Arc::new(LenientPaths::new(paths));
        let numbers = offer.route_numbers.iter().skip(offer.routes.built_in.len());
        let routes = offer.routes.forwarded.iter().zip(numbers).map(|(route, number)| {
            // A set whose route names an unknown upstream is refused when it is read.
            let servers = servers.get(&route.upstream).cloned().ok_or_else(|| OfferError::Upstream {
                upstream: route.upstream.clone(),
                reason: "is not defined".to_owned(),
            })?;
            if route.price.counted().is_some_and(CountedPrice::has_reported) {
                // Present from the start, so that the first missing figure is an increase.
                metrics::counter!("gateway_figures_missing_total", "route" => route.name).increment(0);
            }
            Ok(ForwardRoute {
                number: *number,
                takes_test_keys: servers.test.is_some(),
                hops: self.names.hops.clone(),
                lenient_paths: lenient_paths.clone(),
                forwarding: Arc::new(Forwarder {
                    tokens: tokens.get(&route.upstream).cloned(),
                    names: self.names.clone(),
                    route: route.clone(),
                    servers,
                }),
                metering: metering.clone(),
                route: route.clone(),
            })
        });
        routes.collect()
    }

    /// Checks that no credential takes the place of a header that tells who calls: the settings
    /// name their prefix.
    fn check_credentials(&self, upstreams: &[Arc<UpstreamServers>]) -> Result<(), OfferError> {
        let header = |upstream: &Arc<UpstreamServers>| {
            let credential = upstream.credential.as_ref()?;
            Some(credential.header.to_ascii_lowercase().replace('_', "-"))
        };
        match upstreams.iter().find(|upstream| header(upstream).is_some_and(|name| self.names.include(&name)))
        {
            None => Ok(()),
            Some(upstream) => Err(OfferError::Upstream {
                upstream: upstream.upstream.clone(),
                reason: "the header of its credential begins with the identity_header_prefix of this gateway"
                    .to_owned(),
            }),
        }
    }

    /// What signs for upstreams that ask for it, by their names.
    fn identity_tokens(&self, upstreams: &[Arc<UpstreamServers>]) -> HashMap<String, Arc<IdentityTokens>> {
        let issuer: Arc<str> = match self.settings.base_url.trim_end_matches('/') {
            "" => self.settings.service_name.as_str().into(),
            base_url => base_url.into(),
        };
        let signed = upstreams.iter().filter(|upstream| upstream.identity == UpstreamIdentity::Signed);
        let of_upstream = |upstream: &Arc<UpstreamServers>| {
            let name = upstream.upstream.clone();
            (name.clone(), Arc::new(IdentityTokens::new(self.signer.clone(), issuer.clone(), name)))
        };
        signed.map(of_upstream).collect()
    }
}
