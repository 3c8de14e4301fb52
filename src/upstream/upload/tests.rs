//! What is passed on, how far, and what is known of it.

use std::collections::VecDeque;
use std::future::{pending, poll_fn};
use std::task::{Context, Poll};

use hyper::body::Frame;

use super::*;

/// A client's body in these parts. It breaks off where a part is missing.
struct Parts(VecDeque<Option<&'static str>>);

impl Body for Parts {
    type Data = Bytes;
    type Error = UploadFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadFault>>> {
        let part = self.0.pop_front();
        Poll::Ready(
            part.map(|part| part.map(|text| Frame::data(Bytes::from(text))).ok_or(UploadFault::BrokeOff)),
        )
    }
}

fn timeouts(total_s: u64) -> AnswerTimeouts {
    let (first_byte, idle) = (Duration::from_secs(1), Duration::from_secs(10));
    AnswerTimeouts { first_byte, idle, ends_at: Instant::now() + Duration::from_secs(total_s) }
}

/// A client that sends nothing.
struct Stalled;

impl Body for Stalled {
    type Data = Bytes;
    type Error = UploadFault;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadFault>>> {
        Poll::Pending
    }
}

fn streamed<const N: usize>(parts: [Option<&'static str>; N], max_bytes: u64) -> Upload {
    Upload::streamed(Box::pin(Parts(parts.into())), max_bytes)
}

async fn sent(upload: &Upload) -> Vec<Result<Bytes, UploadFault>> {
    let mut body = std::pin::pin!(upload.body());
    let mut sent = Vec::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let is_fault = frame.is_err();
        sent.push(frame.map(|frame| frame.into_data().unwrap()));
        if is_fault {
            break;
        }
    }
    sent
}

#[tokio::test]
async fn what_a_client_sends_is_passed_on_and_counted() {
    let upload = streamed([Some("ab"), Some("c")], 3);
    assert!(upload.is_whole());
    assert_eq!(sent(&upload).await, [Ok("ab".into()), Ok("c".into())]);
    assert_eq!((upload.bytes(), upload.fault(), upload.is_whole()), (3, None, false));
}

#[tokio::test]
async fn nothing_beyond_the_limit_is_passed_on() {
    let upload = streamed([Some("ab"), Some("cd")], 3);
    assert_eq!(sent(&upload).await, [Ok("ab".into()), Err(UploadFault::TooLong)]);
    assert_eq!((upload.bytes(), upload.fault()), (2, Some(UploadFault::TooLong)));
}

#[tokio::test]
async fn a_client_that_breaks_off_is_the_one_at_fault() {
    let upload = streamed([Some("ab"), None], 9);
    assert_eq!(sent(&upload).await, [Ok("ab".into()), Err(UploadFault::BrokeOff)]);
    assert_eq!(upload.fault(), Some(UploadFault::BrokeOff));
}

#[tokio::test]
async fn a_request_that_was_not_sent_leaves_the_body_for_another() {
    let upload = streamed([Some("ab")], 9);
    drop(upload.body());
    assert!(upload.is_whole());
    assert_eq!(sent(&upload).await, [Ok("ab".into())]);
    assert!(!upload.is_whole());
}

#[tokio::test(start_paused = true)]
async fn the_time_of_the_head_begins_when_the_body_has_ended() {
    let timeouts = timeouts(60);
    let upload = streamed([Some("a")], 9);
    let begun = Instant::now();
    let of_client = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        sent(&upload).await;
    };
    let (answered, ()) = tokio::join!(upload.answered(timeouts, pending::<()>()), of_client);
    assert_eq!((answered, begun.elapsed().as_secs()), (None, 6));
}

#[tokio::test(start_paused = true)]
async fn a_silence_is_the_fault_of_the_side_that_is_waited_for() {
    let timeouts = timeouts(60);
    // The upstream does not read what is there.
    let (unread, begun) = (streamed([Some("a")], 9), Instant::now());
    assert_eq!(unread.answered(timeouts, pending::<()>()).await, None);
    assert_eq!((begun.elapsed().as_secs(), unread.fault()), (10, None));
    // The upstream has read what there was, and the client sends no more.
    let stalled = Upload::streamed(Box::pin(Stalled), 9);
    let (answered, sent) = tokio::join!(stalled.answered(timeouts, pending::<()>()), sent(&stalled));
    let fault = UploadFault::TooSlow { timeout_s: 10 };
    assert_eq!((answered, sent, stalled.fault()), (None, vec![Err(fault)], Some(fault)));
}

/// A client that sends a byte a second.
struct Dripping(Pin<Box<tokio::time::Sleep>>);

impl Body for Dripping {
    type Data = Bytes;
    type Error = UploadFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadFault>>> {
        std::task::ready!(self.0.as_mut().poll(cx));
        self.0.as_mut().reset(Instant::now() + Duration::from_secs(1));
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"a")))))
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_in_time_although_its_client_goes_on_sending() {
    let drip = || Dripping(Box::pin(tokio::time::sleep(Duration::from_secs(1))));
    let (dripping, begun) = (Upload::streamed(Box::pin(drip()), 999), Instant::now());
    let answered = tokio::select! {
        biased;
        answered = dripping.answered(timeouts(30), pending::<()>()) => answered,
        _ = sent(&dripping) => panic!("the body does not end"),
    };
    assert_eq!((answered, begun.elapsed().as_secs(), dripping.fault()), (None, 30, None));
    assert!(dripping.waits_for_client());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_call_is_the_latest_time_of_the_head() {
    let begun = Instant::now();
    let late = AnswerTimeouts { first_byte: Duration::from_secs(60), ..timeouts(5) };
    assert_eq!(Upload::Whole(Bytes::new()).answered(late, pending::<()>()).await, None);
    assert_eq!(begun.elapsed().as_secs(), 5);
}
