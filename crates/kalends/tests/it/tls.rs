//! `kalends serve` with a certificate of its own.

use http::StatusCode;

use crate::sandbox_process::SandboxProcess;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_certificate_speaks_tls_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(path("certificate.pem"), made.cert.pem()).unwrap();
    std::fs::write(path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(path("secret"), "skey_test_of_nobody\n").unwrap();
    let configuration = format!(
        "listen = \"127.0.0.1:0\"\ndata = {data:?}\n\n[tls]\ncertificate_file = {certificate:?}\n\
         key_file = {key:?}\n\n[[accounts]]\nname = \"shop\"\nmode = \"test\"\n\n\
         [accounts.omise]\nsecret_key_file = {secret:?}\n",
        data = path("kalends.db"),
        certificate = path("certificate.pem"),
        key = path("key.pem"),
        secret = path("secret"),
    );
    std::fs::write(path("kalends.toml"), configuration).unwrap();
    let server = SandboxProcess::serve(&path("kalends.toml"), &path("log"));
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);

    let authority = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([authority]).build().unwrap();
    let health = client.get(format!("{}/healthz", server.url)).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
    let plain = format!("{}/healthz", server.url.replace("https", "http"));
    assert!(client.get(plain).send().await.is_err(), "no answer leaves unencrypted");
}
