//! Every registered carrier in the whole pipeline: an order that is booked as it should be, and one
//! whose booking is taken while its answer never comes. A new carrier is tried without a line here.

use std::fmt::Write;

use carrier_sdk::kit::catalogue;
use carrier_sdk::stub::StubFault;
use carrier_sdk::{Carrier, Profile};
use diligence::registry;

use super::orders::order_for;
use super::world::World;

/// An account with the carrier's made-up contract, which the one route may use.
fn account(carrier: &dyn Carrier, world: &World) -> String {
    let profile = carrier.profile();
    let contract = carrier.profile().specimen.contract();
    let format = profile.label_formats.first().expect("a format");
    let national = catalogue().remove(0);
    let takes = |code: &str| {
        let mut intent = national.intent(&contract, code);
        intent.label_format = *format;
        carrier.book(&intent).is_ok()
    };
    let mut codes = profile.products.iter().map(|product| product.code);
    let product = codes
        .find(|code| takes(code))
        .expect("a product for France");
    let host = world.stubs.address();
    let mut text = format!(
        "[[accounts]]\nid = \"{}\"\ncarrier = \"{}\"\nenvironment = \"test\"\n\
         base_url = \"http://{host}{}\"\naccount_number = \"{}\"\ntimeout_s = 4\n\
         when_in_doubt = \"park\"\nlabel_format = \"{format}\"\n",
        name(profile),
        profile.name,
        path(profile),
        contract.number
    );
    for secret in profile.secrets {
        writeln!(text, "{} = \"c2VjcmV0-of-{}\"", secret.name, profile.name).expect("a String");
    }
    for (setting, value) in &contract.settings {
        writeln!(text, "{setting} = \"{value}\"").expect("a String");
    }
    text + &format!(
        "[[accounts.products]]\nservice = \"express\"\ncode = \"{product}\"\ncountries = [\"FR\"]\n\n"
    )
}

/// Unlike the accounts that every world has.
fn name(profile: &Profile) -> String {
    format!("every-{}", profile.name)
}

/// Below which path the carrier's own interface lies.
fn path(profile: &Profile) -> &str {
    let (_, rest) = profile.base_url.split_once("://").expect("a URL");
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    path.trim_end_matches('/')
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_carrier_books_once_even_when_its_answer_is_lost() {
    let mut world = World::new().await;
    for carrier in registry::carriers() {
        let text = account(carrier, &world);
        world.setup.more_accounts.push_str(&text);
    }
    world.start_worker();
    for profile in registry::profiles() {
        let lost = format!("LOST-{}", profile.name);
        let silence = StubFault::AcceptThenHang { ms: 60_000 };
        world.fault("book", &lost, Some(1), silence);
        for id in [format!("KEPT-{}", profile.name), lost] {
            world.publish(&order_for(&name(profile), &id)).await;
        }
    }
    let ends = world.all_end(2 * registry::carriers().count()).await;
    for profile in registry::profiles() {
        let kept = format!("KEPT-{}", profile.name);
        assert_eq!(ends[&kept], "booked", "{kept}\n{}", world.log_tail());
        let lost = format!("LOST-{}", profile.name);
        let (made, live) = (made(&world, &lost), live(&world, &lost));
        println!(
            "{:<12} lost answer: {}, {made} made, {live} in force",
            profile.name, ends[&lost]
        );
        for id in [kept, lost] {
            assert_eq!(self::live(&world, &id), 1, "{id} is {}", ends[&id]);
        }
    }
    let parked = ends.iter().filter(|(_, end)| *end == "parked");
    for (id, _) in parked {
        let told = world.told(id, "parked").await;
        let code = told.event["data"]["why"]["code"].as_str();
        assert!(
            matches!(code, Some("in_doubt" | "label_missing")),
            "{}",
            told.event
        );
    }
    world.finish().await;
}

fn made(world: &World, order_id: &str) -> usize {
    world.bookings(order_id).len()
}

fn live(world: &World, order_id: &str) -> usize {
    let bookings = world.bookings(order_id);
    bookings.iter().filter(|booking| booking.is_live()).count()
}
