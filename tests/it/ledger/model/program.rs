//! Random programs: what customers, operators, gateways and the clock do, and what the reference
//! says comes of it.
//!
//! A [`Step`] speaks of places ("the third open call"), so that a program stays one when steps are
//! taken out of it; a [`Turn`] is the same with every operation written out.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::caps::KeyCaps;
use fluence::ledger::rules::entry::{CallRef, GrantKind, RouteNumber};
use fluence::ledger::rules::hold::{AnswerContent, Held, Hold, HoldRequest, IdempotencyClaim, StoredAnswer};
use fluence::ledger::rules::operation::{Correction, Effect, Grant, Operation, Settle};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;
use uuid::Uuid;

use super::reference::{LEASE_S, Reference, credits};

/// Credits and requests of each plan.
pub(super) const PLANS: [(i64, u64); 4] = [(10, 6), (25, 12), (4, 3), (0, 5)];
/// Accounts, anchored a day apart; accounts of higher numbers do not exist.
pub(super) const ACCOUNTS: usize = 3;
/// The keys of every account: without caps, with one a day, with both.
pub(super) const CAPS: [(Option<u32>, Option<u32>); 3] = [(None, None), (Some(7), None), (Some(6), Some(9))];
/// Gateways.
pub(super) const NODES: usize = 2;
/// How long a gateway is silent before another closes its epoch.
pub(super) const SILENCE_S: i64 = LEASE_S + 1;

/// When programs start: month ends of every kind, a second before midnight and in the middle of the
/// day.
const STARTS: [&str; 5] = [
    "2027-01-31T23:59:58Z",
    "2028-01-31T10:00:00Z",
    "2027-08-31T00:00:00Z",
    "2027-12-30T12:00:00Z",
    "2027-04-15T08:30:00Z",
];

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Time passes.
    Wait { seconds: i64 },
    /// Time passes until the next, or one of the next, of all instants that mean something, or a
    /// second off it.
    WaitUntil { which: usize, off_s: i64 },
    /// Calls of a gateway that end together, and calls that arrive with them.
    Round { node: usize, fast: bool, ends: Vec<(usize, End)>, calls: Vec<Call> },
    /// An open call of any gateway ends in order, even after its gateway died.
    End { which: usize, end: End },
    /// A pack or a grant; the same reference twice counts once.
    Grant { node: usize, account: usize, reference: u8, kind: GrantKind, amount: u32, hours: i64 },
    /// A correction.
    Take { node: usize, account: usize, amount: u32 },
    /// Another plan.
    Move { node: usize, account: usize, plan: usize },
    /// Accounts are touched, as by the sweep.
    Touch { node: usize, accounts: Vec<usize> },
    /// What was captured is written, without anything else to write.
    Flush { node: usize },
    /// A gateway dies; once it was silent for long enough its epoch is closed, and it starts again.
    Crash { node: usize },
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) account: usize,
    pub(super) key: usize,
    pub(super) amount: u32,
    /// Key and body.
    pub(super) idempotency: Option<(u8, u8)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// Captured credits, at most all.
    Capture(u32),
    Release,
}

/// One turn: operations and their expected effects.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    /// Nothing that a store would see.
    Nothing,
    /// One round of a gateway's writer.
    Commit {
        node: usize,
        /// Whether plain operations are tried on the fast path first.
        fast: bool,
        operations: Vec<Operation>,
        captured: Vec<(CallId, Outcome)>,
        /// Set for a move: the plan moved to.
        plan: Option<usize>,
        effects: Vec<Effect>,
    },
    /// The ending of a call of a gateway's earlier life: nothing may come of it.
    Late { node: usize, life: usize, ending: Box<Operation> },
    /// A gateway's death, and how many holds that releases.
    Crash { node: usize, released: usize },
}

#[derive(Clone, Debug)]
struct OpenCall {
    hold: Hold,
    claim: Option<IdempotencyClaim>,
    node: usize,
    life: usize,
}

/// A gateway.
#[derive(Clone, Debug, Default)]
struct Node {
    life: usize,
    /// Holds that are open as far as a store knows, oldest first.
    open: Vec<(Hold, Option<IdempotencyClaim>)>,
    /// Captured, to ride with the next batch.
    captured: Vec<(CallId, Outcome)>,
}

/// A program as far as it has run.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) reference: Reference,
    pub(super) turn: Turn,
    nodes: [Node; NODES],
    /// Calls that their customers still wait for.
    calls: Vec<OpenCall>,
    last_id: u128,
}

pub(super) fn account_id(account: usize) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(1 << 100 | account as u128))
}

pub(super) fn environment_id(account: usize) -> EnvironmentId {
    EnvironmentId::from_uuid(Uuid::from_u128(2 << 100 | account as u128))
}

pub(super) fn key_id(account: usize, key: usize) -> KeyId {
    KeyId::from_uuid(Uuid::from_u128(3 << 100 | (account * CAPS.len() + key) as u128))
}

impl Program {
    pub(super) fn new(start: DateTime<Utc>) -> Self {
        let mut reference = Reference::new(start);
        for account in 0..ACCOUNTS {
            let anchor = start - TimeDelta::days((ACCOUNTS - 1 - account) as i64);
            reference.create(account_id(account), anchor, PLANS[0]);
        }
        Self {
            reference,
            turn: Turn::Nothing,
            nodes: Default::default(),
            calls: Vec::new(),
            last_id: 4 << 100,
        }
    }

    fn new_id(&mut self) -> CallId {
        self.last_id += 1;
        CallId::from_uuid(Uuid::from_u128(self.last_id))
    }

    fn step(&mut self, step: &Step) -> Turn {
        match step {
            Step::Wait { seconds } => self.wait(TimeDelta::seconds(*seconds)),
            Step::WaitUntil { which, off_s } => {
                let ahead = self.instants_ahead();
                let until = ahead[which % ahead.len().min(4)] + TimeDelta::seconds(*off_s);
                self.wait(until - self.reference.now)
            }
            Step::Round { node, fast, ends, calls } => {
                let mut operations: Vec<_> =
                    ends.iter().filter_map(|(which, end)| self.end_on(*node, *which, *end)).collect();
                operations.extend(calls.iter().map(|call| Operation::Hold(self.request(call))));
                self.commit(*node, *fast, operations, None)
            }
            Step::End { which, end } => self.end(*which, *end),
            Step::Grant { node, account, reference, kind, amount, hours } => {
                let grant = Grant {
                    account_id: account_id(*account),
                    id: self.new_id(),
                    reference: reference.to_string(),
                    kind: *kind,
                    amount: credits((*amount).into()),
                    expires_at: self.reference.now + TimeDelta::hours(*hours),
                    note: "a test".into(),
                };
                self.commit(*node, false, vec![Operation::Grant(grant)], None)
            }
            Step::Take { node, account, amount } => {
                let (account_id, id) = (account_id(*account), self.new_id());
                let amount = credits((*amount).into());
                let take =
                    Correction { account_id, id, reference: id.to_string(), amount, note: "a test".into() };
                self.commit(*node, false, vec![Operation::Correct(take)], None)
            }
            Step::Move { node, account, plan } => {
                let operation = Operation::MovePlan { account_id: account_id(*account), id: self.new_id() };
                self.commit(*node, false, vec![operation], Some(*plan))
            }
            Step::Touch { node, accounts } => {
                let touch = |account: &usize| Operation::Advance {
                    account_id: account_id(*account),
                    id: self.new_id(),
                };
                let operations = accounts.iter().map(touch).collect();
                self.commit(*node, false, operations, None)
            }
            Step::Flush { node } => self.commit(*node, true, Vec::new(), None),
            Step::Crash { node } => self.crash(*node),
        }
    }

    fn wait(&mut self, time: TimeDelta) -> Turn {
        self.reference.now += time.max(TimeDelta::zero());
        Turn::Nothing
    }

    /// The next instants at which anything starts or ends, soonest first.
    fn instants_ahead(&self) -> Vec<DateTime<Utc>> {
        let reference = &self.reference;
        let midnight = (reference.now + TimeDelta::days(1)).date_naive().and_time(NaiveTime::MIN).and_utc();
        let lots = reference.accounts.values().flat_map(|account| &account.lots).filter(|lot| lot.left > 0);
        let claims = reference.claims.values().flat_map(|claim| [claim.lease_until, claim.expires_at]);
        let mut ahead: Vec<_> = lots.map(|lot| lot.ends).chain(claims).chain([midnight]).collect();
        ahead.retain(|at| *at > reference.now);
        ahead.sort();
        ahead.dedup();
        ahead
    }

    fn request(&mut self, call: &Call) -> HoldRequest {
        let (daily, monthly) = CAPS[call.key];
        let cap = |cap: Option<u32>| cap.map(|cap| credits(cap.into()));
        HoldRequest {
            call_id: self.new_id(),
            account_id: account_id(call.account),
            call: CallRef { key_id: key_id(call.account, call.key), route: RouteNumber(1) },
            amount: credits(call.amount.into()),
            caps: KeyCaps { daily: cap(daily), monthly: cap(monthly) },
            idempotency: call.idempotency.map(|(key, body)| IdempotencyClaim {
                environment_id: environment_id(call.account),
                key_hash: [key; 32],
                fingerprint: [body; 32],
            }),
        }
    }

    fn commit(&mut self, node: usize, fast: bool, operations: Vec<Operation>, plan: Option<usize>) -> Turn {
        let captured = std::mem::take(&mut self.nodes[node].captured);
        self.nodes[node].open.retain(|(hold, _)| captured.iter().all(|(id, _)| *id != hold.call_id));
        let mut effects = Vec::new();
        for operation in &operations {
            let effect = self.reference.apply(operation, plan.map(|plan| PLANS[plan]));
            match (operation, &effect) {
                (Operation::Hold(request), Effect::Held(Held { hold, .. })) => {
                    let (hold, claim, life) =
                        (hold.clone(), request.idempotency.clone(), self.nodes[node].life);
                    self.nodes[node].open.push((hold.clone(), claim.clone()));
                    self.calls.push(OpenCall { hold, claim, node, life });
                }
                (Operation::Settle(Settle { hold, .. }), _) => {
                    self.nodes[node].open.retain(|(open, _)| open.call_id != hold.call_id);
                }
                _ => {}
            }
            effects.push(effect);
        }
        Turn::Commit { node, fast, operations, captured, plan, effects }
    }

    fn end(&mut self, which: usize, end: End) -> Turn {
        if self.calls.is_empty() {
            return Turn::Nothing;
        }
        let call = self.calls.swap_remove(which % self.calls.len());
        let (node, life) = (call.node, call.life);
        let ending = Operation::Settle(settle(call, end));
        if self.nodes[node].life != life {
            return Turn::Late { node, life, ending: Box::new(ending) };
        }
        match self.unless_captured(node, ending) {
            Some(ending) => self.commit(node, false, vec![ending], None),
            None => Turn::Nothing,
        }
    }

    /// Ends a call of a gateway that lives, if it has one.
    fn end_on(&mut self, node: usize, which: usize, end: End) -> Option<Operation> {
        let life = self.nodes[node].life;
        let of_node = |call: &OpenCall| call.node == node && call.life == life;
        let open: Vec<usize> = (0..self.calls.len()).filter(|at| of_node(&self.calls[*at])).collect();
        let at = *open.get(which % open.len().max(1))?;
        let ending = Operation::Settle(settle(self.calls.swap_remove(at), end));
        self.unless_captured(node, ending)
    }

    /// Notes a capture in full, which rides with the next batch. Returns any other ending.
    fn unless_captured(&mut self, node: usize, ending: Operation) -> Option<Operation> {
        match &ending {
            Operation::Settle(settle) if settle.leaves_account_unchanged() => {
                self.nodes[node].captured.push((settle.hold.call_id, settle.outcome));
                None
            }
            _ => Some(ending),
        }
    }

    /// The death of a gateway, and its next start.
    pub(super) fn crash(&mut self, node: usize) -> Turn {
        self.wait(TimeDelta::seconds(SILENCE_S));
        let dead = std::mem::take(&mut self.nodes[node]);
        self.nodes[node].life = dead.life + 1;
        for (hold, claim) in &dead.open {
            self.reference.abandon(hold, claim.clone());
        }
        Turn::Crash { node, released: dead.open.len() }
    }
}

/// The settlement of a call that ends.
fn settle(OpenCall { hold, claim, .. }: OpenCall, end: End) -> Settle {
    let used = match end {
        End::Release => return Settle::release(hold, Outcome::Failed, claim),
        End::Capture(used) => used,
    };
    let captured = credits(used.into()).min(hold.amount());
    let call_id = hold.call_id;
    let answer = || StoredAnswer { call_id, content: Some(AnswerContent::json(200, call_id.to_string())) };
    let response = claim.is_some().then(answer);
    Settle { hold, captured, outcome: Outcome::Answered, claim, response, price: None, status: None }
}

/// Proptest's view of it.
#[derive(Debug)]
pub(super) struct Programs;

impl ReferenceStateMachine for Programs {
    type State = Program;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Program> {
        proptest::sample::select(&STARTS[..]).prop_map(|start| Program::new(start.parse().unwrap())).boxed()
    }

    fn transitions(_: &Program) -> BoxedStrategy<Step> {
        steps().boxed()
    }

    fn apply(mut program: Program, step: &Step) -> Program {
        program.turn = program.step(step);
        program
    }
}

fn call() -> impl Strategy<Value = Call> {
    // Two idempotency keys and two bodies: they meet again soon.
    let idempotency = prop_oneof![2 => Just(None), 1 => (0u8..2, 0u8..2).prop_map(Some)];
    let account = prop_oneof![30 => 0..ACCOUNTS, 1 => Just(ACCOUNTS)];
    let amount = prop_oneof![1 => Just(0u32), 40 => 1u32..8, 4 => 8u32..30];
    let key = prop_oneof![3 => Just(0usize), 1 => Just(1usize), 1 => Just(2usize)];
    (account, key, amount, idempotency).prop_map(|(account, key, amount, idempotency)| Call {
        account,
        key,
        amount,
        idempotency,
    })
}

fn steps() -> impl Strategy<Value = Step> {
    let node = || 0..NODES;
    let account = || 0..ACCOUNTS;
    let kind = prop_oneof![Just(GrantKind::Pack), Just(GrantKind::Grant)];
    let end = prop_oneof![4 => (0u32..9).prop_map(End::Capture), 2 => Just(End::Capture(u32::MAX)), 3 => Just(End::Release)];
    let ended = (any::<usize>(), end.clone());
    // AwaitingFactor the lots end soon, and many at the same instant as another.
    let hours = prop_oneof![Just(1i64), Just(24), Just(30 * 24), Just(365 * 24), 1i64..2_000];
    let seconds = prop_oneof![Just(1i64), Just(LEASE_S), 1i64..100_000, 1i64..6_000_000];
    prop_oneof![
        2 => seconds.prop_map(|seconds| Step::Wait { seconds }),
        3 => (0usize..4, -1i64..2).prop_map(|(which, off_s)| Step::WaitUntil { which, off_s }),
        14 => (node(), any::<bool>(), prop::collection::vec(ended, 0..3), prop::collection::vec(call(), 0..6))
            .prop_map(|(node, fast, ends, calls)| Step::Round { node, fast, ends, calls }),
        8 => (any::<usize>(), end.clone()).prop_map(|(which, end)| Step::End { which, end }),
        3 => (node(), account(), 0u8..12, kind, 0u32..12, hours).prop_map(
            |(node, account, reference, kind, amount, hours)| Step::Grant {
                node, account, reference, kind, amount, hours
            }
        ),
        1 => (node(), account(), 0u32..6).prop_map(|(node, account, amount)| Step::Take { node, account, amount }),
        2 => (node(), account(), 0..PLANS.len()).prop_map(|(node, account, plan)| Step::Move { node, account, plan }),
        2 => (node(), prop::collection::vec(0..=ACCOUNTS, 1..4))
            .prop_map(|(node, accounts)| Step::Touch { node, accounts }),
        1 => node().prop_map(|node| Step::Flush { node }),
        1 => node().prop_map(|node| Step::Crash { node }),
    ]
}
