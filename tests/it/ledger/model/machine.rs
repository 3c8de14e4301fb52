//! What a program is run on: a ledger that commits batches, with gateways that write to it.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use fluence::domain::billing::AccountBalance;
use fluence::domain::ids::{AccountId, CallId};
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::entry::Entry;
use fluence::ledger::rules::hold::Held;
use fluence::ledger::rules::operation::{Effect, Operation};
use fluence::ledger::rules::plain::{PlainSettlement, PlainWork, is_plain_hold};
use fluence::ledger::store::{Batch, Effects, Epoch, StoreError, Work};

use super::program::{ACCOUNTS, NODES, PLANS, Program, Turn, account_id};
use super::reference::Reference;

/// A ledger under test.
pub(super) trait Machine {
    fn new() -> Self;
    fn set_clock(&mut self, now: DateTime<Utc>);
    /// Makes the account of this place, on plan 0.
    fn create_account(&mut self, account: usize);
    /// What an operator does before a [`Operation::MovePlan`].
    fn set_plan(&mut self, account: AccountId, plan: usize);
    fn open_epoch(&mut self) -> Epoch;
    fn heartbeat(&mut self, epoch: Epoch);
    fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError>;
    /// Closes what was silent for longer than a call may run; returns how many holds were released.
    fn close_stale_epochs(&mut self) -> usize;
    /// The account's row, lots and entries.
    fn view(&mut self, account: AccountId) -> View;
    /// Where the account stands, read without touching it.
    fn balance(&mut self, account: AccountId) -> AccountBalance;
    /// Whether the sweep would look at the account.
    fn is_due(&mut self, account: AccountId) -> bool;
    /// What must hold once every epoch is closed.
    fn verify(&mut self);
}

/// An account as it is stored.
#[derive(Debug, PartialEq)]
pub(super) struct View {
    pub(super) balance: i64,
    pub(super) requests: (u64, u64),
    /// Number, credits and end of each lot that has credits.
    pub(super) lots: Vec<(i32, i64, DateTime<Utc>)>,
    pub(super) entries: Vec<Entry>,
}

impl View {
    fn of(reference: &Reference, id: AccountId) -> Self {
        let account = &reference.accounts[&id];
        let lots = (1..).zip(&account.lots).filter(|(_, lot)| lot.left > 0);
        Self {
            balance: account.lots.iter().map(|lot| lot.left).sum(),
            requests: (account.requests_used, account.requests_limit),
            lots: lots.map(|(number, lot)| (number, lot.left, lot.ends)).collect(),
            entries: account.entries.clone(),
        }
    }
}

/// A gateway's writer, as far as a store sees it.
struct Node {
    /// Of its lives, the present one last, with the number of the next batch.
    lives: Vec<(Epoch, i32)>,
    /// Open holds, with the batches that made them.
    open: BTreeMap<CallId, i32>,
}

/// A ledger and its gateways.
pub(super) struct Run<M> {
    pub(super) machine: M,
    nodes: Vec<Node>,
    /// The last batch of each gateway, to be sent again.
    last: Vec<Option<Batch>>,
}

impl<M: Machine> Run<M> {
    /// Accounts as the program has them, on plan 0, and gateways that have just started.
    pub(super) fn start(program: &Program) -> Self {
        let mut machine = M::new();
        for account in 0..ACCOUNTS {
            machine.set_clock(program.reference.accounts[&account_id(account)].anchor);
            machine.create_account(account);
        }
        machine.set_clock(program.reference.now);
        let mut run = Self { machine, nodes: Vec::new(), last: vec![None; NODES] };
        for _ in 0..NODES {
            run.nodes.push(Node { lives: Vec::new(), open: BTreeMap::new() });
        }
        (0..NODES).for_each(|node| run.start_node(node));
        run
    }

    fn start_node(&mut self, node: usize) {
        let epoch = self.machine.open_epoch();
        self.machine.heartbeat(epoch);
        self.nodes[node].lives.push((epoch, 1));
        self.nodes[node].open.clear();
        self.last[node] = None;
    }

    /// Carries a turn out, and compares what comes of it with what must.
    pub(super) fn take(&mut self, now: DateTime<Utc>, turn: &Turn) {
        self.machine.set_clock(now);
        match turn {
            Turn::Nothing => {}
            Turn::Commit { node, fast, operations, captured, plan, effects } => {
                if let (Some(plan), Some(operation)) = (plan, operations.first()) {
                    self.machine.set_plan(operation.account_id(), *plan);
                }
                let found = self.round(*node, *fast, operations, captured.clone());
                assert_eq!(&found, effects);
            }
            Turn::Late { node, life, ending } => {
                let (epoch, number) = self.nodes[*node].lives[*life];
                let work = Work::Ordered(vec![(**ending).clone()]);
                let batch = Batch { epoch, number, open_from: 1, captured: Vec::new(), work };
                self.assert_fenced(&batch);
            }
            Turn::Crash { node, released } => {
                for alive in (0..NODES).filter(|other| other != node) {
                    let epoch = self.epoch(alive);
                    self.machine.heartbeat(epoch);
                }
                assert_eq!(self.machine.close_stale_epochs(), *released, "holds of the dead");
                self.start_node(*node);
            }
        }
    }

    fn epoch(&self, node: usize) -> Epoch {
        self.nodes[node].lives.last().unwrap().0
    }

    /// One round of a writer: plain operations of accounts that need no order on the fast path, the
    /// rest in order.
    fn round(
        &mut self,
        node: usize,
        fast: bool,
        operations: &[Operation],
        mut captured: Vec<(CallId, Outcome)>,
    ) -> Vec<Effect> {
        let mut effects: Vec<Option<Effect>> = vec![None; operations.len()];
        let (places, plain) = if fast { plain_work(operations) } else { Default::default() };
        if !plain.is_empty() || operations.is_empty() {
            let found = self.commit(node, Work::Fast(plain), std::mem::take(&mut captured));
            places.iter().zip(found).for_each(|(at, effect)| effects[*at] = effect);
        }
        let rest: Vec<usize> = (0..operations.len()).filter(|at| effects[*at].is_none()).collect();
        if !rest.is_empty() {
            let work = Work::Ordered(rest.iter().map(|at| operations[*at].clone()).collect());
            let found = self.commit(node, work, captured);
            rest.iter().zip(found).for_each(|(at, effect)| effects[*at] = effect);
        }
        effects.into_iter().map(Option::unwrap).collect()
    }

    fn commit(&mut self, node: usize, work: Work, captured: Vec<(CallId, Outcome)>) -> Effects {
        let (epoch, number) = *self.nodes[node].lives.last().unwrap();
        let open_from = self.nodes[node].open.values().copied().min().unwrap_or(number);
        let batch = Batch { epoch, number, open_from, captured, work };
        let effects = self.machine.commit(&batch).unwrap();
        let Node { lives, open } = &mut self.nodes[node];
        lives.last_mut().unwrap().1 += 1;
        open.retain(|id, _| batch.captured.iter().all(|(captured, _)| captured != id));
        for (operation, effect) in batch.work.operations().iter().zip(&effects) {
            match (operation, effect) {
                (_, None) => {}
                (Operation::Settle(settle), Some(_)) => drop(open.remove(&settle.hold.call_id)),
                (_, Some(effect)) => open.extend(held(effect).map(|id| (id, number))),
            }
        }
        self.last[node] = Some(batch);
        effects
    }

    /// Compares an account with the reference.
    pub(super) fn assert_account(&mut self, reference: &Reference, account: usize) {
        let id = account_id(account);
        assert_eq!(self.machine.view(id), View::of(reference, id), "account {account}");
        let mut touched = reference.accounts[&id].clone();
        touched.touch(reference.now, CallId::from_uuid(id.as_uuid()));
        assert_eq!(self.machine.balance(id), touched.balance(), "account {account}");
        if touched.entries.len() > reference.accounts[&id].entries.len() {
            assert!(self.machine.is_due(id), "the sweep would leave out account {account}");
        }
    }

    /// Every gateway dies, and nothing is left open.
    pub(super) fn finish(&mut self, mut program: Program) {
        for node in 0..NODES {
            let turn = program.crash(node);
            self.take(program.reference.now, &turn);
        }
        (0..ACCOUNTS).for_each(|account| self.assert_account(&program.reference, account));
        self.machine.verify();
    }

    /// Sends a gateway's last batch a second time.
    pub(super) fn repeat_last_batch(&mut self, node: usize) {
        if let Some(batch) = self.last[node].clone() {
            self.assert_fenced(&batch);
        }
    }

    /// Asks for operations again, in a batch of their own.
    pub(super) fn ask_again(&mut self, node: usize, operations: &[Operation]) {
        if !operations.is_empty() {
            self.commit(node, Work::Ordered(operations.to_vec()), Vec::new());
        }
    }

    fn assert_fenced(&mut self, batch: &Batch) {
        let found = self.machine.commit(batch);
        assert!(matches!(found, Err(StoreError::Fenced)), "{found:?}");
    }
}

fn held(effect: &Effect) -> Option<CallId> {
    match effect {
        Effect::Held(Held { hold, .. }) => Some(hold.call_id),
        _ => None,
    }
}

/// Plain operations of accounts that have no other in the round, and their places. Settlements come
/// before holds.
fn plain_work(operations: &[Operation]) -> (Vec<usize>, PlainWork) {
    let is_plain = |operation: &&Operation| match operation {
        Operation::Hold(request) => is_plain_hold(request),
        Operation::Settle(settle) => PlainSettlement::new(settle.clone()).is_ok(),
        _ => false,
    };
    let in_order: HashSet<AccountId> =
        operations.iter().filter(|operation| !is_plain(operation)).map(Operation::account_id).collect();
    let (mut places, mut work) = (Vec::new(), PlainWork::default());
    for (at, operation) in operations.iter().enumerate() {
        if in_order.contains(&operation.account_id()) {
            continue;
        }
        places.push(at);
        match operation {
            Operation::Hold(request) => work.holds.push(request.clone()),
            Operation::Settle(settle) => {
                assert!(work.holds.is_empty(), "settlements come first");
                work.settlements.extend(PlainSettlement::new(settle.clone()));
            }
            _ => unreachable!("only holds and settlements are plain"),
        }
    }
    (places, work)
}

/// The plan's name in a store.
pub(super) fn plan_name(plan: usize) -> String {
    assert!(plan < PLANS.len());
    format!("p{plan}")
}
