//! `/accounts/{accountID}/images` and `/images/{publicID}`.

use http::StatusCode;
use serde_json::{Value, json};

use super::{account, john};
use crate::sandbox::{Answered, NOW, Sandbox, text};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nexample";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0example";

/// Sends an image as moov-go does: without a media type of its own.
pub(crate) async fn send(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    file: &[u8],
    metadata: Option<&str>,
) -> Answered {
    let mut body = Vec::new();
    body.extend_from_slice(
        b"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"image\"\r\n\
          Content-Type: application/octet-stream\r\n\r\n",
    );
    body.extend_from_slice(file);
    if let Some(metadata) = metadata {
        let part = "\r\n--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n";
        body.extend_from_slice(part.as_bytes());
        body.extend_from_slice(metadata.as_bytes());
    }
    body.extend_from_slice(b"\r\n--b--\r\n");
    sandbox.ask().send_as(method, path, "multipart/form-data; boundary=b", body).await
}

/// Uploads an image of an account's.
pub(crate) async fn upload(sandbox: &Sandbox, account: &str) -> Value {
    let path = format!("/accounts/{account}/images");
    let made = send(sandbox, "POST", &path, PNG, Some(r#"{"altText":"Latte image"}"#)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.body()
}

#[tokio::test]
async fn an_uploaded_image_is_public() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let path = format!("/accounts/{john}/images");
    let image = upload(&sandbox, &john).await;
    let (id, public) = (text(&image, "imageID"), text(&image, "publicID"));
    let expected = json!({
        "imageID": id,
        "altText": "Latte image",
        "link": format!("/images/{public}"),
        "publicID": public,
        "createdOn": NOW,
        "updatedOn": NOW,
    });
    assert_eq!(image, expected);
    assert_eq!(public.len(), 21);
    assert_eq!(sandbox.get(&format!("{path}/{id}")).await, image);
    assert_eq!(sandbox.get(&path).await, json!([image]));
    let shown = sandbox.fetch(&format!("/images/{public}")).await;
    assert_eq!((shown.0, shown.1.as_str(), &*shown.2), (200, "image/png", PNG));
}

#[tokio::test]
async fn an_image_is_replaced_and_described_anew() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let image = upload(&sandbox, &john).await;
    let path = format!("/accounts/{john}/images/{}", text(&image, "imageID"));
    let kept = send(&sandbox, "PUT", &path, JPEG, None).await.ok();
    assert_eq!(kept["altText"], "Latte image");
    // The file may be left out, too.
    let part = "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\
                {\"altText\":\"A latte\"}\r\n--b--\r\n";
    let form = "multipart/form-data; boundary=b";
    let described = sandbox.ask().send_as("PUT", &path, form, part).await.ok();
    assert_eq!(described["altText"], "A latte");
    let shown = sandbox.fetch(&format!("/images/{}", text(&image, "publicID"))).await;
    assert_eq!(&*shown.2, JPEG);
    let metadata = format!("{path}/metadata");
    assert_eq!(sandbox.put(&metadata, json!({"altText": "A mocha"})).await["altText"], "A mocha");
    assert_eq!(sandbox.put(&metadata, json!({})).await.get("altText"), None);
    let long = json!({"altText": "x".repeat(126)});
    let refused = sandbox.ask().send("PUT", &metadata, Some(long)).await;
    refused.is(422, &json!({"altText": "has more than 125 characters"}));
    sandbox.delete(&path).await;
    sandbox.ask().get(&path).await.is_bare(404);
}

#[tokio::test]
async fn what_is_no_image_or_one_that_is_there_is_refused() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let path = format!("/accounts/{john}/images");
    let text = send(&sandbox, "POST", &path, b"hello", None).await;
    text.is(422, &json!({"image": "is no PNG, JPEG or WebP file"}));
    let nothing = sandbox.ask().post(&path, json!({})).await;
    nothing.is(400, &json!({"error": "the body is not multipart/form-data"}));
    upload(&sandbox, &john).await;
    let again = send(&sandbox, "POST", &path, PNG, None).await;
    again.is(409, &json!({"error": "the same image was uploaded before"}));
}

#[tokio::test]
async fn the_newest_version_shows_the_image_that_was_uploaded_before() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let image = upload(&sandbox, &john).await;
    let body = [
        b"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"i\"\r\n\r\n",
        PNG,
        b"\r\n--b--\r\n",
    ];
    let newer = sandbox.ask().header("x-moov-version", "v2026.10.00");
    let (path, form) = (format!("/accounts/{john}/images"), "multipart/form-data; boundary=b");
    newer.send_as("POST", &path, form, body.concat()).await.is(409, &image);
}

#[tokio::test]
async fn an_upload_has_sixteen_mebibytes_at_most() {
    const MIB: usize = 1_024 * 1_024;
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}/images", account(&sandbox, john()).await);
    let large = [PNG, &vec![0; 15 * MIB]].concat();
    let image = send(&sandbox, "POST", &path, &large, None).await.body();
    let shown = sandbox.fetch(&format!("/images/{}", text(&image, "publicID"))).await;
    assert!(shown.2 == large);
    let refused = send(&sandbox, "POST", &path, &[PNG, &vec![1; 16 * MIB]].concat(), None).await;
    refused.is(413, &json!({"error": "the body is larger than 16777216 bytes"}));
    let body = format!("{{\"x\":\"{}\"}}", "x".repeat(MIB));
    let refused = sandbox.ask().send_as("POST", "/accounts", "application/json", body).await;
    refused.is(413, &json!({"error": "the body is larger than 1048576 bytes"}));
}

#[tokio::test]
async fn a_public_id_of_nothing_is_not_found() {
    let sandbox = Sandbox::open().await;
    for public in ["qJRAaAwwF5hmfeAFdHjIb", "x"] {
        sandbox.ask_anonymously().get(&format!("/images/{public}")).await.is_bare(404);
    }
}
