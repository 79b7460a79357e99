use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn courier(reach: Reach) -> Courier {
    Courier::new(reach, Duration::from_secs(5)).unwrap()
}

fn letter() -> Letter {
    Letter { headers: vec![("webhook-id", "msg_1".to_owned())], body: b"{}".to_vec() }
}

/// A receiver that answers each request with this; how often it was asked.
async fn receiver(answer: &'static str) -> (SocketAddr, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        vec![String::from_utf8_lossy(&request[..length]).into_owned()]
    });
    (address, asked)
}

#[test]
fn a_url_must_be_https_and_lead_outside_as_far_as_it_says_itself() {
    let public = courier(Reach::Public);
    let refused = |url: &str| public.vet(url).err();
    assert_eq!(refused("https://example.com:8443/hooks?a=b"), None);
    assert_eq!(refused("http://example.com/"), Some(Refused::Scheme));
    assert_eq!(refused("ftp://example.com/"), Some(Refused::Scheme));
    assert_eq!(refused("example.com"), Some(Refused::NoUrl));
    assert_eq!(refused("https://me:pw@example.com/"), Some(Refused::Credentials));
    assert_eq!(
        refused(&format!("https://example.com/{}", "a".repeat(2_048))),
        Some(Refused::TooLong)
    );
    for (url, host) in [
        ("https://127.0.0.1/", "127.0.0.1"),
        ("https://2130706433/", "127.0.0.1"),
        ("https://0x7f.1/", "127.0.0.1"),
        ("https://[::1]:8443/", "[::1]"),
        ("https://[::ffff:10.0.0.1]/", "[::ffff:a00:1]"),
        ("https://169.254.169.254/latest/meta-data", "169.254.169.254"),
    ] {
        assert_eq!(refused(url), Some(Refused::Private(host.into())), "{url}");
    }
    let anywhere = courier(Reach::Anywhere);
    assert!(anywhere.vet("http://127.0.0.1:7008/").is_ok());
    assert_eq!(anywhere.vet("file:///etc/passwd").err(), Some(Refused::Scheme));
}

#[tokio::test]
async fn a_name_that_leads_to_a_loopback_address_is_refused_when_it_is_resolved() {
    let sent = courier(Reach::Public).send("https://localhost:1/", letter()).await;
    let error = sent.unwrap_err();
    assert!(
        matches!(&error, Undelivered::Refused(Refused::Private(name)) if &**name == "localhost"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_letter_arrives_with_its_headers_and_body() {
    let (address, asked) = receiver("HTTP/1.1 204 No Content\r\n\r\n").await;
    let receipt = courier(Reach::Anywhere).send(&format!("http://{address}/hook"), letter()).await;
    assert_eq!(receipt.unwrap(), Receipt { status: 204, retry_after: None });
    let asked = asked.await.unwrap().remove(0);
    assert!(asked.starts_with("POST /hook HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("webhook-id: msg_1\r\n") && asked.ends_with("\r\n\r\n{}"), "{asked}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (elsewhere, asked_elsewhere) = receiver("HTTP/1.1 204 No Content\r\n\r\n").await;
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n"
    );
    let (address, _asked) = receiver(Box::leak(answer.into_boxed_str())).await;
    let receipt = courier(Reach::Anywhere).send(&format!("http://{address}/"), letter()).await;
    assert_eq!(receipt.unwrap().status, 307);
    assert!(!asked_elsewhere.is_finished());
}

#[tokio::test]
async fn of_a_long_answer_little_is_read() {
    let (address, _asked) =
        receiver("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\nxxx").await;
    let receipt = courier(Reach::Anywhere).send(&format!("http://{address}/"), letter()).await;
    assert_eq!(receipt.unwrap().status, 200);
}

#[tokio::test]
async fn who_does_not_listen_cannot_be_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let sent = courier(Reach::Anywhere).send(&format!("http://{address}/"), letter()).await;
    assert!(matches!(sent, Err(Undelivered::Unreachable)), "{sent:?}");
}

#[test]
fn retry_after_is_read_as_seconds_and_as_a_date() {
    let read = |text: &str| retry_after(Some(&header::HeaderValue::from_str(text).unwrap()));
    assert_eq!(read("120"), Some(RetryAfter::Seconds(120)));
    let noon = Instant::from_timestamp("2026-06-15T12:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(read("Mon, 15 Jun 2026 12:00:00 GMT"), Some(RetryAfter::At(noon)));
    assert_eq!(read("soon"), None);
    assert_eq!(retry_after(None), None);
}
