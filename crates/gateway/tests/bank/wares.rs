//! Images and products.

use bank::{PartyKind, RecordKind};
use engine::{AccountId, PartyId};
use gateway::bank::{BankError, NewParty, NewPicture, PartyError};
use serde_json::json;

use crate::world::World;

const TENANT: AccountId = AccountId(1);

fn png() -> NewPicture {
    NewPicture { media_type: "image/png".into(), file: b"\x89PNG\r\n\x1a\n".to_vec() }
}

async fn seller(world: &World) -> PartyId {
    let new = NewParty {
        kind: PartyKind::Business,
        display_name: "Corner Coffee".into(),
        email: None,
        foreign_id: None,
        capabilities: Vec::new(),
        attributes: bank::Metadata::new(),
        given_id: None,
        wallet: None,
    };
    world.bank.create_party(world.context(), new).await.unwrap().id
}

#[tokio::test]
async fn an_image_shows_what_was_uploaded_last() {
    let world = World::new();
    let party = seller(&world).await;
    let text = Some("A latte".to_owned());
    let image = world.bank.create_image(world.context(), party, png(), text).await.unwrap();
    let (shown, file) = world.bank.picture(image.key).await.unwrap();
    assert_eq!((&shown, file), (&image, png().file));
    assert_eq!(world.bank.images(TENANT, party).await.unwrap(), std::slice::from_ref(&image));

    let jpeg = NewPicture { media_type: "image/jpeg".into(), file: b"\xff\xd8\xff".to_vec() };
    let changed =
        world.bank.update_image(world.context(), party, image.key, Some(jpeg), Some(None)).await;
    let changed = changed.unwrap();
    assert_eq!((&*changed.media_type, &changed.alternative_text), ("image/jpeg", &None));
    assert_eq!(world.bank.picture(image.key).await.unwrap().1, b"\xff\xd8\xff");

    world.bank.remove_image(world.context(), party, image.key).await.unwrap();
    assert!(world.bank.images(TENANT, party).await.unwrap().is_empty());
    let gone = world.bank.image(TENANT, party, image.key).await;
    assert!(matches!(gone, Err(BankError::NotFound(RecordKind::Image))), "{gone:?}");
    // What refers to it is still shown.
    assert!(world.bank.picture(image.key).await.is_ok());
}

#[tokio::test]
async fn one_image_is_not_kept_twice() {
    let world = World::new();
    let party = seller(&world).await;
    let upload = || world.bank.create_image(world.context(), party, png(), None);
    let first = upload().await.unwrap();
    let Err(BankError::Party(PartyError::SameImage(same))) = upload().await else {
        panic!("it was kept twice")
    };
    assert_eq!(*same, first);
    let other = seller(&world).await;
    world.bank.create_image(world.context(), other, png(), None).await.unwrap();
}

#[tokio::test]
async fn the_key_of_a_picture_is_no_key_of_an_image() {
    let world = World::new();
    let party = seller(&world).await;
    let image = world.bank.create_image(world.context(), party, png(), None).await.unwrap();
    assert!(world.bank.picture(image.picture).await.is_err());
    let found = world.bank.image(TENANT, party, image.picture).await;
    assert!(matches!(found, Err(BankError::NotFound(RecordKind::Image))), "{found:?}");
}

#[tokio::test]
async fn a_product_is_replaced_as_a_whole_and_withdrawn_once() {
    let world = World::new();
    let party = seller(&world).await;
    let words = |title: &str| json!({ "title": title }).as_object().cloned().unwrap();
    let made =
        world.bank.create_product(world.context(), party, words("Latte"), vec![7], None).await;
    let made = made.unwrap();
    let replaced =
        world.bank.replace_product(world.context(), party, made.key, words("Mocha"), vec![]).await;
    let replaced = replaced.unwrap();
    assert_eq!((&replaced.attributes, &replaced.images), (&words("Mocha"), &vec![]));
    assert_eq!(world.bank.products(TENANT, party).await.unwrap(), [replaced]);
    world.bank.withdraw_product(world.context(), party, made.key).await.unwrap();
    assert!(world.bank.products(TENANT, party).await.unwrap().is_empty());
    let again = world.bank.withdraw_product(world.context(), party, made.key).await;
    assert!(matches!(again, Err(BankError::NotFound(RecordKind::Product))), "{again:?}");
    let kept = world.bank.products_by_key(TENANT, [made.key]).await.unwrap();
    assert!(kept[0].is_some());
}
