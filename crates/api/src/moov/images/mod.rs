//! `/images/{publicID}`: what an image shows, to anybody who knows where.

pub(crate) mod public_id;

use serde_json::{Map, json};

use super::openapi::Api;
use bank::picture;

use super::answer::{Answer, Reply};
use super::ids::{self, Kind};
use super::refusal::Refusal;
use super::router::{Resource, Routes};
use crate::App;

/// Where images are.
pub(crate) const PATH: &str = "/images";

/// Images.
pub(crate) fn routes() -> Routes {
    Routes::new().at("/images/{publicID}", Resource::new().open_get(show))
}

/// What an image shows. A removed one is still shown where it was already in use.
async fn show(app: App, public: String) -> Answer {
    let id = public_id::read(&public).ok_or_else(Refusal::not_found)?;
    let key = ids::key(&app, Kind::Image, &id).ok_or_else(Refusal::not_found)?;
    let (_, file) = app.bank().picture(key).await?;
    // Nothing else was taken.
    let media_type = picture::media_type(&file).ok_or_else(Refusal::not_found)?;
    Ok(Reply::bytes(media_type, file.into()))
}

/// What images show, described.
pub(crate) fn describe(api: &mut Api) {
    let file = json!({ "type": "string", "contentEncoding": "binary" });
    let shown = ["image/png", "image/jpeg", "image/webp"]
        .into_iter()
        .map(|media_type| (media_type.to_owned(), json!({ "schema": file })))
        .collect::<Map<_, _>>();
    let shown = json!({ "description": "The file, as it was sent.", "content": shown });
    let said = "Shows an image to anybody who knows where.";
    let shown = Api::plain("images", "showImage", said).answers_as(200, shown).openly();
    api.it.operation("get", "/images/{publicID}", shown);
}
