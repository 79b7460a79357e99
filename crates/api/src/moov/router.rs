//! Which paths there are, and what stands around every handler: version,
//! authentication, scope, body. The module above tells how an endpoint is added.

use std::future::Future;
use std::pin::Pin;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, State};
use axum::routing::{MethodFilter, MethodRouter, on};
use engine::PartyId;
use http::Response;

use super::answer::Answer;
use super::context::Context;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Requirement;
use crate::App;
use crate::body;
use crate::openapi::Recorded;

mod serve;

/// Every endpoint of Moov's API.
pub(crate) fn routes() -> Router<App> {
    all().into()
}

/// The paths of every endpoint of Moov's API.
pub(crate) fn paths() -> Vec<String> {
    all().0.into_paths()
}

fn all() -> Routes {
    use super::{accounts, images, oauth2, ping};
    let groups = [accounts::routes(), images::routes(), oauth2::routes(), ping::routes()];
    groups.into_iter().fold(Routes::new(), Routes::and)
}

/// Those that are about schedules: what is answered in front of a real platform.
pub(crate) fn routes_of_schedules() -> Router<App> {
    super::accounts::schedules::routes().into()
}

/// What the paths of Moov's API begin with, whether or not there is an endpoint.
const ROOTS: [&str; 18] = [
    "accounts",
    "avatars",
    "debug",
    "end-to-end-keys",
    "enrichment",
    "event-types",
    "images",
    "industries",
    "institutions",
    "issuing",
    "oauth2",
    "onboarding-invites",
    "ping",
    "receipts",
    "terminal-applications",
    "tos-token",
    "transfer-options",
    "webhooks",
];

/// Whether a path would be Moov's, so that what is not there is refused in its manner.
pub(crate) fn owns(path: &str) -> bool {
    let root = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    ROOTS.contains(&root)
}

/// Answers where there is no endpoint.
pub(crate) fn unknown_path() -> Response<Body> {
    Refusal::not_found().into()
}

/// Answers whoever asks too much.
pub(crate) fn too_many_requests() -> Response<Body> {
    Refusal::too_many_requests().into()
}

/// Answers where there is an endpoint, but not for this method.
pub(crate) fn unknown_method() -> Response<Body> {
    Refusal::unknown_method().into()
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
        Routes(self.0.route(path, resource.methods))
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
pub(crate) struct Resource {
    methods: MethodRouter<App>,
    /// How large a body can be.
    bytes_max: usize,
}

impl Resource {
    /// None yet.
    pub(crate) fn new() -> Resource {
        Resource { methods: MethodRouter::new(), bytes_max: body::BYTES_MAX }
    }

    /// With bodies of at most so many bytes, for the methods that are added from here on.
    pub(crate) fn with_bodies_of(self, bytes_max: usize) -> Resource {
        Resource { bytes_max, ..self }
    }

    /// `GET`, and `HEAD` with it.
    pub(crate) fn get<P: 'static>(self, wants: Requirement, handler: impl Handler<P>) -> Resource {
        self.answer(MethodFilter::GET, wants, handler)
    }

    /// `POST`.
    pub(crate) fn post<P: 'static>(self, wants: Requirement, handler: impl Handler<P>) -> Resource {
        self.answer(MethodFilter::POST, wants, handler)
    }

    /// `PUT`.
    pub(crate) fn put<P: 'static>(self, wants: Requirement, handler: impl Handler<P>) -> Resource {
        self.answer(MethodFilter::PUT, wants, handler)
    }

    /// `PATCH`.
    pub(crate) fn patch<P: 'static>(
        self,
        wants: Requirement,
        handler: impl Handler<P>,
    ) -> Resource {
        self.answer(MethodFilter::PATCH, wants, handler)
    }

    /// `DELETE`.
    pub(crate) fn delete<P: 'static>(
        self,
        wants: Requirement,
        handler: impl Handler<P>,
    ) -> Resource {
        self.answer(MethodFilter::DELETE, wants, handler)
    }

    /// `POST` that asks for no key or token around it: it gives them out.
    pub(crate) fn open_post<F, A>(self, handler: F) -> Resource
    where
        F: FnOnce(App, Request) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let serve = async move |State(app): State<App>, request: http::Request<Body>| {
            serve::serve_openly(app, request, handler).await
        };
        self.on(MethodFilter::POST, serve)
    }

    /// `GET` that asks for no key or token around it, of what the path names.
    pub(crate) fn open_get<F, A>(self, handler: F) -> Resource
    where
        F: FnOnce(App, String) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let serve = async move |State(app): State<App>,
                                path: Result<RawPathParams, RawPathParamsRejection>,
                                request: http::Request<Body>| {
            let Ok(path) = path else { return unknown_path() };
            let named = Path::new(&path).segments.into_iter().next().unwrap_or_default();
            serve::serve_openly(app, request, move |app, _| handler(app, named)).await
        };
        self.on(MethodFilter::GET, serve)
    }

    fn answer<P: 'static>(
        self,
        method: MethodFilter,
        wants: Requirement,
        handler: impl Handler<P>,
    ) -> Resource {
        let bytes_max = self.bytes_max;
        let serve = async move |State(app): State<App>,
                                path: Result<RawPathParams, RawPathParamsRejection>,
                                request: http::Request<Body>| {
            // What is not UTF-8 names nothing.
            let Ok(path) = path else { return unknown_path() };
            let path = Path::new(&path);
            let handler = handler.clone();
            let answer = move |context, request, party, segments| {
                handler.call(context, request, party, segments)
            };
            let admission = Admission { wants, bytes_max };
            serve::serve(app, admission, path, request, answer).await
        };
        self.on(method, serve)
    }

    fn on<H, T>(self, method: MethodFilter, handler: H) -> Resource
    where
        H: axum::handler::Handler<T, App>,
        T: 'static,
    {
        Resource { methods: self.methods.merge(on(method, handler)), ..self }
    }
}

/// What a request must have, and may not have, to be answered.
#[derive(Clone, Copy)]
struct Admission {
    /// Its scope.
    wants: Requirement,
    /// How large its body can be.
    bytes_max: usize,
}

/// What stands in a path where its pattern has braces.
struct Path {
    /// The account whose things it is about, by its id.
    account: Option<String>,
    /// The others, in order.
    segments: Vec<String>,
}

impl Path {
    fn new(params: &RawPathParams) -> Path {
        let mut path = Path { account: None, segments: Vec::new() };
        for (name, value) in params {
            if name == "accountID" {
                path.account = Some(value.to_owned());
            } else {
                path.segments.push(value.to_owned());
            }
        }
        path
    }
}

/// What answers a request: an `async fn` of [`Context`], [`Request`] and what stands in
/// the path.
pub(crate) trait Handler<P>: Clone + Send + Sync + 'static {
    /// Answers. `party` is the one that the path names by its account id; where its
    /// pattern names none, no handler that asks for one can be reached.
    fn call(
        self,
        context: Context,
        request: Request,
        party: Option<PartyId>,
        segments: Vec<String>,
    ) -> BoxedAnswer;
}

/// An answer under way.
pub(crate) type BoxedAnswer = Pin<Box<dyn Future<Output = Answer> + Send>>;

macro_rules! handlers {
    ($(($($path:ident: $type:ident),*);)*) => {$(
        impl<F, A> Handler<($($type,)*)> for F
        where
            F: FnOnce(Context, Request, $($type),*) -> A + Clone + Send + Sync + 'static,
            A: Future<Output = Answer> + Send + 'static,
        {
            fn call(
                self,
                context: Context,
                request: Request,
                _party: Option<PartyId>,
                segments: Vec<String>,
            ) -> BoxedAnswer {
                let mut _segments = segments.into_iter();
                $(let $path = taken!($type, _party, _segments);)*
                Box::pin(self(context, request, $($path),*))
            }
        }
    )*};
}

macro_rules! taken {
    (PartyId, $party:ident, $segments:ident) => {
        match $party {
            Some(party) => party,
            None => return Box::pin(std::future::ready(Err(Refusal::not_found()))),
        }
    };
    (String, $party:ident, $segments:ident) => {
        $segments.next().unwrap_or_default()
    };
}

handlers! {
    ();
    (first: String);
    (first: String, second: String);
    (party: PartyId);
    (party: PartyId, first: String);
    (party: PartyId, first: String, second: String);
}
