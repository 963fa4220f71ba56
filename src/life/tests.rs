//! The life machine against small worlds in which everything can go wrong: facts one by one, and a
//! simulation that goes wrong at random. No I/O and no clock; every time is set by hand.

mod cancelling;
mod carriers;
mod choosing;
mod deciding;
mod doubting;
mod erasing;
mod errands;
mod labelling;
mod late;
mod receiving;
mod rivals;
mod rules;
mod simulation;
mod steps;
mod voiding;
mod world;
