//! The way to the database, encrypted where that is asked for.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::settings::Settings;
use crate::fault::{Fault, Outcome};

/// What connects with TLS, verifying the server's certificate and name.
pub(super) fn connector(settings: &Settings) -> Outcome<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = &settings.authorities {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| unusable(&error))?;
            roots.add(certificate).map_err(|error| unusable(&error))?;
        }
    } else {
        let all = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
        roots.add_parsable_certificates(all);
    }
    if roots.is_empty() {
        return Err(unusable(&"there is none"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::Refused(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn unusable(why: &dyn std::fmt::Display) -> Fault {
    Fault::Refused(format!("the database's authorities are not usable certificates: {why}"))
}
