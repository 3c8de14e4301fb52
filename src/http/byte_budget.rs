//! Memory that clients share: all together have a bound, and each has one of its own.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;

/// Counts the bytes of each owner. Clones share one budget.
#[derive(Clone, Debug)]
pub struct ByteBudget<O> {
    max_of_owner: usize,
    max: usize,
    book: Arc<Mutex<Book<O>>>,
}

#[derive(Debug)]
struct Book<O> {
    bytes: usize,
    of: HashMap<O, usize>,
}

/// Bytes of an owner, counted until they are dropped.
#[derive(Debug)]
pub struct ByteShare<O: Copy + Eq + Hash> {
    budget: ByteBudget<O>,
    owner: O,
    bytes: usize,
}

/// The bound that more bytes would exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteLimit {
    Owner,
    Total,
}

impl<O: Copy + Eq + Hash> ByteBudget<O> {
    pub fn new(max_of_owner: usize, max: usize) -> Self {
        let book = Book { bytes: 0, of: HashMap::new() };
        Self { max_of_owner, max, book: Arc::new(Mutex::new(book)) }
    }

    /// Counts bytes of an owner.
    ///
    /// # Errors
    /// The bound that they would exceed. Then they are not counted.
    pub fn take(&self, owner: O, bytes: usize) -> Result<ByteShare<O>, ByteLimit> {
        let mut book = self.book.lock();
        let of_owner = book.of.get(&owner).copied().unwrap_or_default().saturating_add(bytes);
        if of_owner > self.max_of_owner {
            return Err(ByteLimit::Owner);
        }
        let of_all = book.bytes.saturating_add(bytes);
        if of_all > self.max {
            return Err(ByteLimit::Total);
        }
        book.bytes = of_all;
        book.of.insert(owner, of_owner);
        drop(book);
        Ok(ByteShare { budget: self.clone(), owner, bytes })
    }

    pub fn bytes(&self) -> usize {
        self.book.lock().bytes
    }

    /// The number of owners with bytes.
    pub fn owners(&self) -> usize {
        self.book.lock().of.len()
    }
}

impl<O: Copy + Eq + Hash> Drop for ByteShare<O> {
    fn drop(&mut self) {
        let mut book = self.budget.book.lock();
        book.bytes = book.bytes.saturating_sub(self.bytes);
        if let Some(of_owner) = book.of.get_mut(&self.owner) {
            *of_owner = of_owner.saturating_sub(self.bytes);
            if *of_owner == 0 {
                book.of.remove(&self.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_owner_has_a_bound_and_all_together_another() {
        let budget = ByteBudget::new(10, 25);
        let first = budget.take(1, 6).unwrap();
        assert_eq!(budget.take(1, 5).unwrap_err(), ByteLimit::Owner);
        let others = [2, 3].map(|owner| budget.take(owner, 9).unwrap());
        assert_eq!(budget.take(4, 2).unwrap_err(), ByteLimit::Total);
        assert_eq!((budget.bytes(), budget.owners()), (24, 3));
        drop(first);
        let _last = budget.take(4, 7).unwrap();
        drop(others);
        assert_eq!((budget.bytes(), budget.owners()), (7, 1));
    }

    #[test]
    fn no_bytes_leave_nothing_behind() {
        let budget = ByteBudget::new(10, 10);
        drop(budget.take(1, 0));
        assert_eq!(budget.owners(), 0);
        assert_eq!(budget.take(1, usize::MAX).unwrap_err(), ByteLimit::Owner);
    }
}
