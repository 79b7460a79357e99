//! TLS by rustls: a certificate from files, read again when they change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How often the files are looked at. Authorities renew weeks before an end.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// The one protocol that is spoken.
const HTTP_1_1: &[u8] = b"http/1.1";

/// Where a certificate is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CertificateFiles {
    /// The certificate and those that vouch for it, in PEM.
    pub(crate) certificate: PathBuf,
    /// Its private key, in PEM.
    pub(crate) key: PathBuf,
}

/// A certificate that is served.
pub(crate) struct Certificate {
    current: Arc<RwLock<TlsAcceptor>>,
}

/// What the files hold.
#[derive(Clone, PartialEq, Eq)]
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Certificate {
    /// Reads one. While the process runs it is read again when its files change; one that
    /// cannot be used is told of in the log, and the one before goes on.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or the two do not belong together.
    pub(crate) fn open(files: CertificateFiles) -> anyhow::Result<Certificate> {
        let contents = Contents::read(&files)?;
        let current = Arc::new(RwLock::new(acceptor(&files, &contents)?));
        tokio::spawn(follow(files, contents, Arc::clone(&current)));
        Ok(Certificate { current })
    }

    /// What shakes hands, with the certificate of this moment.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl CertificateFiles {
    /// Whether the files hold what can be served.
    ///
    /// # Errors
    ///
    /// As [`Certificate::open`].
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        acceptor(self, &Contents::read(self)?).map(drop)
    }
}

impl Contents {
    fn read(files: &CertificateFiles) -> anyhow::Result<Contents> {
        let read = |path: &Path| {
            std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
        };
        Ok(Contents { certificate: read(&files.certificate)?, key: read(&files.key)? })
    }
}

/// Looks at the files again and again. They are renewed rarely, are small, and are not
/// always told of as the file systems of containers replace them.
async fn follow(files: CertificateFiles, mut known: Contents, current: Arc<RwLock<TlsAcceptor>>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let read = Contents::read(&files);
        let contents = match read {
            Ok(contents) if contents == known => continue,
            Ok(contents) => contents,
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "the certificate goes on as it was");
                continue;
            }
        };
        match acceptor(&files, &contents) {
            Ok(renewed) => {
                *current.write().unwrap_or_else(PoisonError::into_inner) = renewed;
                tracing::info!("the certificate was renewed");
                known = contents;
            }
            // Perhaps one of the two files is still to be written.
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "the certificate goes on as it was");
            }
        }
    }
}

fn acceptor(files: &CertificateFiles, contents: &Contents) -> anyhow::Result<TlsAcceptor> {
    let certificates = CertificateDer::pem_slice_iter(&contents.certificate)
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| format!("{} is no PEM", files.certificate.display()))?;
    if certificates.is_empty() {
        bail!("{} holds no certificate in PEM", files.certificate.display());
    }
    let key = PrivateKeyDer::from_pem_slice(&contents.key)
        .with_context(|| format!("{} holds no private key in PEM", files.key.display()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .with_context(|| {
            let (certificate, key) = (files.certificate.display(), files.key.display());
            format!("{certificate} and {key} do not belong together")
        })?;
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &Path, certificate: &str, key: &str) -> CertificateFiles {
        let files =
            CertificateFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
        std::fs::write(&files.certificate, certificate).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files
    }

    fn made() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn refusal(certificate: &str, key: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let error = written(folder.path(), certificate, key).check().unwrap_err();
        error.to_string().replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn what_cannot_be_served_is_refused_with_its_file() {
        let ((certificate, key), (_, other)) = (made(), made());
        assert_eq!(refusal("", &key), "cert.pem holds no certificate in PEM");
        assert_eq!(refusal(&certificate, "x"), "key.pem holds no private key in PEM");
        assert_eq!(refusal(&certificate, &other), "cert.pem and key.pem do not belong together");
    }

    #[tokio::test(start_paused = true)]
    async fn a_renewed_certificate_is_served_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = made();
        let served = Certificate::open(written(folder.path(), &certificate, &key)).unwrap();
        let config = |served: &Certificate| Arc::as_ptr(served.acceptor().config());
        let first = config(&served);
        let look = async || tokio::time::sleep(LOOK_EVERY + Duration::from_secs(1)).await;
        look().await;
        assert_eq!(config(&served), first, "nothing has changed");
        written(folder.path(), "broken", &key);
        look().await;
        assert_eq!(config(&served), first);
        let (certificate, key) = made();
        written(folder.path(), &certificate, &key);
        look().await;
        assert_ne!(config(&served), first);
    }
}
