//! Keeps Slint's models in step row by row: a card that did not change is not touched, and
//! one that did keeps its place under the finger. No page replaces a model.

use slint::{Model, ModelRc, VecModel};

/// Makes `model` hold `rows`, moving as little as possible. `same` says whether two rows are
/// the same thing (by id), `equal` whether they look the same.
pub fn sync_by<T: Clone + 'static>(
    model: &VecModel<T>,
    rows: Vec<T>,
    same: impl Fn(&T, &T) -> bool,
    equal: impl Fn(&T, &T) -> bool,
) {
    // What is gone goes first, so that the rest only moves where something came between.
    for index in (0..model.row_count()).rev() {
        if model.row_data(index).is_some_and(|old| !rows.iter().any(|new| same(&old, new))) {
            model.remove(index);
        }
    }
    for (index, new) in rows.into_iter().enumerate() {
        match model.row_data(index) {
            Some(old) if same(&old, &new) => {
                if !equal(&old, &new) {
                    model.set_row_data(index, new);
                }
            }
            _ => {
                // It stood further down, or is new.
                let below = (index + 1..model.row_count()).find(|i| model.row_data(*i).is_some_and(|old| same(&old, &new)));
                if let Some(below) = below {
                    model.remove(below);
                }
                model.insert(index, new);
            }
        }
    }
}

/// As [`sync_by`] for rows that can be compared, behind the handle that a global holds. A
/// handle that is not ours yet (a preview's) is replaced, once, through `adopt`.
pub fn sync<T: Clone + PartialEq + 'static>(
    held: ModelRc<T>,
    rows: Vec<T>,
    same: impl Fn(&T, &T) -> bool,
    adopt: impl FnOnce(ModelRc<T>),
) {
    sync_as(held, rows, same, T::eq, adopt);
}

/// As [`sync`] for rows that hold models of their own, which `==` takes for different.
pub fn sync_as<T: Clone + 'static>(
    held: ModelRc<T>,
    rows: Vec<T>,
    same: impl Fn(&T, &T) -> bool,
    equal: impl Fn(&T, &T) -> bool,
    adopt: impl FnOnce(ModelRc<T>),
) {
    match held.as_any().downcast_ref::<VecModel<T>>() {
        Some(model) => sync_by(model, rows, same, equal),
        None => adopt(ModelRc::new(VecModel::from(rows))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_list_becomes_any_other(before in prop::collection::btree_map(0_u8..30, 0_u8..3, 0..12), after in prop::collection::vec((0_u8..30, 0_u8..3), 0..12)) {
            let mut seen = std::collections::BTreeSet::new();
            let after: Vec<(u8, u8)> = after.into_iter().filter(|(id, _)| seen.insert(*id)).collect();
            let model = VecModel::from(before.into_iter().collect::<Vec<_>>());
            sync_by(&model, after.clone(), |a, b| a.0 == b.0, |a, b| a == b);
            prop_assert_eq!(model.iter().collect::<Vec<_>>(), after);
        }
    }
}
