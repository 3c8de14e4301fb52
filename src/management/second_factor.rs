//! Setting up a second factor: the sealed secret of an authenticator app, and recovery codes for a
//! lost telephone.

use rand::TryRng;
use rand::rngs::SysRng;
use sqlx::PgConnection;

use super::ChangeError;
use crate::domain::ids::IdentityId;
use crate::identity::totp::{self, SECRET_BYTES};
use crate::secret::peppers::Peppers;
use crate::secret::seal::{self, SECOND_FACTOR, SealError};
use crate::secret::token::digest_of;
use crate::storage::identity::second_factor as stored;

const CODES: usize = 10;
/// 80 bits: too many to try, so that the plain digest can be stored.
const CODE_BYTES: usize = 10;

/// Returns a new secret for an app.
///
/// # Errors
/// When the operating system returns no random numbers.
pub fn new_secret() -> Result<[u8; SECRET_BYTES], ChangeError> {
    random()
}

/// Stores a person's secret, whose code of `step` is used up, and returns new recovery codes.
/// Earlier ones end.
///
/// # Errors
/// When the operating system returns no random numbers.
pub async fn enroll(
    connection: &mut PgConnection,
    peppers: &Peppers,
    id: IdentityId,
    secret: &[u8; SECRET_BYTES],
    step: i64,
) -> Result<Vec<String>, ChangeError> {
    let sealed = seal::seal(peppers, SECOND_FACTOR, id.as_uuid().as_bytes(), secret)?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        codes.push(totp::to_base32(&random::<CODE_BYTES>()?));
    }
    let digests: Vec<[u8; 32]> = codes.iter().map(|code| recovery_digest(id, code)).collect();
    stored::set(connection, id, Some(&sealed), step, &digests).await?;
    Ok(codes)
}

/// What is stored of a recovery code.
pub fn recovery_digest(id: IdentityId, code: &str) -> [u8; 32] {
    let digest = digest_of(&format!("recovery code of {id}: {code}"));
    digest.as_bytes().try_into().unwrap_or_default()
}

/// Returns random bytes of the operating system.
///
/// # Errors
/// When it returns none.
pub fn random<const BYTES: usize>() -> Result<[u8; BYTES], ChangeError> {
    let mut bytes = [0; BYTES];
    SysRng.try_fill_bytes(&mut bytes).map_err(SealError::Random)?;
    Ok(bytes)
}
