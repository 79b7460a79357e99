//! `/accounts/{accountID}/images`: pictures of what an account sells.

mod metadata;
pub(in crate::moov) mod openapi;
pub(crate) mod show;
mod upload;

use engine::PartyId;
use http::StatusCode;
use serde_json::Value;

use super::party;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::ids::Kind;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::Files;

/// How large the request of an upload can be.
const UPLOAD_BYTES_MAX: usize = 16 * 1_024 * 1_024;
/// The most images on a page, and as many as there are where nothing is asked.
const COUNT_MAX: u32 = 200;

pub(super) fn routes() -> Routes {
    Routes::new()
        .at(
            "/accounts/{accountID}/images",
            Resource::new()
                .with_bodies_of(UPLOAD_BYTES_MAX)
                .get(Files.read(), list)
                .post(Files.write(), create),
        )
        .at(
            "/accounts/{accountID}/images/{imageID}",
            Resource::new()
                .with_bodies_of(UPLOAD_BYTES_MAX)
                .get(Files.read(), retrieve)
                .put(Files.write(), replace)
                .delete(Files.write(), remove),
        )
        .at(
            "/accounts/{accountID}/images/{imageID}/metadata",
            Resource::new().put(Files.write(), metadata::replace),
        )
}

/// An account's images, newest first.
async fn list(context: Context, request: Request, id: PartyId) -> Answer {
    let page = request.query().page(COUNT_MAX, COUNT_MAX)?;
    let party = party(&context, id).await?;
    let images = context.bank().images(context.account.id, party.id).await?;
    let [skip, count] = [page.offset, page.limit].map(|it| usize::try_from(it).unwrap_or(0));
    let wanted = images.iter().rev().skip(skip).take(count);
    Ok(Reply::json(Value::Array(wanted.map(|image| show::image(&context, image)).collect())))
}

/// Uploads an image: a 201, where all else that is made answers 200.
async fn create(context: Context, request: Request, party: PartyId) -> Answer {
    let upload = upload::read(&request).await?;
    let picture = upload.picture.ok_or_else(upload::missing)?;
    let text = upload.said.and_then(|said| said.0);
    let made = context.bank().create_image(context.bank_context(), party, picture, text);
    let image = made.await.map_err(|error| upload::refused(&context, error))?;
    Ok(Reply::with_status(StatusCode::CREATED, show::image(&context, &image)))
}

async fn retrieve(context: Context, _: Request, party: PartyId, image: String) -> Answer {
    let key = find(&context, &image)?;
    let image = context.bank().image(context.account.id, party, key).await?;
    Ok(Reply::json(show::image(&context, &image)))
}

/// Shows something else under the same id, or says something else of it: what is left out
/// stays.
async fn replace(context: Context, request: Request, party: PartyId, image: String) -> Answer {
    let key = find(&context, &image)?;
    let upload = upload::read(&request).await?;
    let said = upload.said.map(|said| said.0);
    let bank = context.bank();
    let changed = bank.update_image(context.bank_context(), party, key, upload.picture, said);
    let image = changed.await.map_err(|error| upload::refused(&context, error))?;
    Ok(Reply::json(show::image(&context, &image)))
}

async fn remove(context: Context, _: Request, party: PartyId, image: String) -> Answer {
    let key = find(&context, &image)?;
    context.bank().remove_image(context.bank_context(), party, key).await?;
    Ok(Reply::none())
}

fn find(context: &Context, id: &str) -> Result<i64, Refusal> {
    context.ids().parse(Kind::Image, id).ok_or_else(Refusal::not_found)
}
