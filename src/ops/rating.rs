//! What guests thought of the dishes.

use crate::domain::event::Event;
use crate::domain::id::{ProductId, RatingId};
use crate::domain::order::OrderState;
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::staff::{Actor, Right};
use crate::domain::text;
use crate::ops::{OpError, Operation, not_found, takes_room};
use crate::store::write_tx::WriteTx;
use crate::store::{orders, ratings, sites};

/// One to five stars and a comment, for a product that this guest's visit was served. Rating
/// again replaces the first.
pub struct RateProduct {
    pub product: ProductId,
    pub stars: u8,
    pub comment: String,
}

impl Operation for RateProduct {
    const NAME: &'static str = "product.rate";
    const RIGHT: Right = Right::Rate;
    type Output = RatingId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<RatingId, OpError> {
        let Actor::Guest { guest, visit } = tx.actor() else { return Err(Refusal::Denied.into()) };
        if !(1..=5).contains(&self.stars) {
            return Err(Refusal::Setting { key: "stars" }.into());
        }
        let comment = text::clean(&self.comment, text::COMMENT_MAX).map_err(in_field("comment"))?;
        // Eaten by the party, whoever of it had ordered.
        let served = orders::of_visit(tx.conn(), visit)?
            .into_iter()
            .filter(|r| r.order.state == OrderState::Done)
            .find(|r| r.order.lines.iter().any(|l| l.product == self.product));
        let order = served.ok_or(not_found("product"))?.order.id;
        let rating = match ratings::of_guest(tx.conn(), guest, self.product)? {
            // Saying the same again says nothing.
            Some(given) if (given.stars, &given.comment) == (self.stars, &comment) => return Ok(given.id),
            Some(given) => given.id,
            None => RatingId(sites::next_id(tx.conn(), "rating")?),
        };
        takes_room(tx)?;
        tx.record(Event::ProductRated { rating, product: self.product, order, guest, stars: self.stars })?;
        ratings::keep_comment(tx.conn(), rating, &comment)?;
        Ok(rating)
    }
}
