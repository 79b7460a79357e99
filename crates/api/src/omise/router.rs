//! What stands around every handler: body, key, version, idempotency, headers.
//!
//! A group registers its endpoints so:
//!
//! ```ignore
//! pub(crate) fn routes() -> Routes {
//!     Routes::new()
//!         .at("/customers", Resource::new().get(list).post(create))
//!         .at("/customers/{id}", Resource::new().get(retrieve).patch(update).delete(destroy))
//! }
//! ```
//!
//! and a handler is `async fn(Context, Params) -> Answer`, or takes one or two
//! `String`s more: the ids in the path. Everybody names these `{id}`, then `{part}`.

use std::future::Future;
use std::pin::Pin;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, State};
use axum::routing::{MethodFilter, MethodRouter, on};
use http::{Method, Response, StatusCode, Uri};

use super::answer::{Answer, refusal};
use super::context::Context;
use super::error::OmiseError;
use super::params::Params;
use crate::App;
use crate::openapi::Recorded;

mod request;

/// Every endpoint of Omise's API.
pub(crate) fn routes() -> Router<App> {
    all().into()
}

/// The paths of every endpoint of Omise's API.
pub(crate) fn paths() -> Vec<String> {
    all().0.into_paths()
}

fn all() -> Routes {
    super::system::routes().and(about_schedules()).and(money_and_people())
}

/// Those that are about schedules: what is answered in front of a real account.
pub(crate) fn routes_of_schedules() -> Router<App> {
    about_schedules().into()
}

fn about_schedules() -> Routes {
    use super::{events, occurrences, schedules, search};
    schedules::routes().and(occurrences::routes()).and(events::routes()).and(search::routes())
}

/// What schedules stand on.
fn money_and_people() -> Routes {
    use super::{account, balance, capability, charges, customers, recipients, refunds};
    use super::{tokens, transactions, transfers};
    tokens::routes()
        .and(customers::routes())
        .and(charges::routes())
        .and(refunds::routes())
        .and(recipients::routes())
        .and(transfers::routes())
        .and(transactions::routes())
        .and(balance::routes())
        .and(account::routes())
        .and(capability::routes())
}

/// Paths and what answers on them.
pub(crate) struct Routes(Recorded);

impl Routes {
    /// None yet.
    pub(crate) fn new() -> Routes {
        Routes(Recorded::new())
    }

    /// One path more.
    pub(crate) fn at(self, path: &str, resource: Resource) -> Routes {
        Routes(self.0.route(path, resource.0))
    }

    /// Those of another group too.
    pub(crate) fn and(self, others: Routes) -> Routes {
        Routes(self.0.merge(others.0))
    }
}

impl From<Routes> for Router<App> {
    fn from(routes: Routes) -> Router<App> {
        routes.0.into()
    }
}

/// The methods of one path.
pub(crate) struct Resource(MethodRouter<App>);

/// Which keys open an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Secret keys.
    Secret,
    /// Secret and public keys.
    Any,
}

impl Resource {
    /// None yet.
    pub(crate) fn new() -> Resource {
        Resource(MethodRouter::new())
    }

    /// `GET`, and `HEAD` with it.
    pub(crate) fn get<Ids: 'static>(self, handler: impl Handler<Ids>) -> Resource {
        self.answer(MethodFilter::GET, Access::Secret, handler)
    }

    /// `POST`.
    pub(crate) fn post<Ids: 'static>(self, handler: impl Handler<Ids>) -> Resource {
        self.answer(MethodFilter::POST, Access::Secret, handler)
    }

    /// `PATCH`.
    pub(crate) fn patch<Ids: 'static>(self, handler: impl Handler<Ids>) -> Resource {
        self.answer(MethodFilter::PATCH, Access::Secret, handler)
    }

    /// `DELETE`.
    pub(crate) fn delete<Ids: 'static>(self, handler: impl Handler<Ids>) -> Resource {
        self.answer(MethodFilter::DELETE, Access::Secret, handler)
    }

    /// `GET` that a public key opens too.
    pub(crate) fn public_get<Ids: 'static>(self, handler: impl Handler<Ids>) -> Resource {
        self.answer(MethodFilter::GET, Access::Any, handler)
    }

    /// `POST` that a public key opens too.
    pub(crate) fn public_post<Ids: 'static>(self, handler: impl Handler<Ids>) -> Resource {
        self.answer(MethodFilter::POST, Access::Any, handler)
    }

    fn answer<Ids: 'static>(
        self,
        method: MethodFilter,
        access: Access,
        handler: impl Handler<Ids>,
    ) -> Resource {
        let serve = async move |State(app): State<App>,
                                ids: RawPathParams,
                                request: http::Request<Body>| {
            let ids = ids.iter().map(|(_, id)| id.to_owned()).collect();
            let handler = handler.clone();
            let answer = move |context, params| handler.call(context, params, ids);
            request::serve(app, access, request, answer).await
        };
        Resource(self.0.merge(on(method, serve)))
    }
}

/// What answers a request: an `async fn` of [`Context`], [`Params`] and the ids in the path.
pub(crate) trait Handler<Ids>: Clone + Send + Sync + 'static {
    /// Answers.
    fn call(self, context: Context, params: Params, ids: Vec<String>) -> BoxedAnswer;
}

/// An answer under way.
pub(crate) type BoxedAnswer = Pin<Box<dyn Future<Output = Answer> + Send>>;

impl<F, A> Handler<()> for F
where
    F: FnOnce(Context, Params) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    fn call(self, context: Context, params: Params, _ids: Vec<String>) -> BoxedAnswer {
        Box::pin(self(context, params))
    }
}

impl<F, A> Handler<(String,)> for F
where
    F: FnOnce(Context, Params, String) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    fn call(self, context: Context, params: Params, ids: Vec<String>) -> BoxedAnswer {
        let id = ids.into_iter().next().unwrap_or_default();
        Box::pin(self(context, params, id))
    }
}

impl<F, A> Handler<(String, String)> for F
where
    F: FnOnce(Context, Params, String, String) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    fn call(self, context: Context, params: Params, ids: Vec<String>) -> BoxedAnswer {
        let mut ids = ids.into_iter();
        let (id, part) = (ids.next().unwrap_or_default(), ids.next().unwrap_or_default());
        Box::pin(self(context, params, id, part))
    }
}

/// Answers where there is no endpoint.
pub(crate) fn unknown_path(uri: &Uri) -> Response<Body> {
    let message = format!("path {} was not found", uri.path());
    refusal(&OmiseError::new(StatusCode::NOT_FOUND, "not_found", message))
}

/// Answers where there is an endpoint, but not for this method.
pub(crate) fn unknown_method(method: &Method, uri: &Uri) -> Response<Body> {
    let message = format!("{method} is not allowed on {}", uri.path());
    refusal(&OmiseError::new(StatusCode::METHOD_NOT_ALLOWED, "bad_request", message))
}
