//! Fetches the label of a booking again, by the parcel's number.

use carrier_sdk::prelude::*;
use carrier_sdk::text::clean;
use carrier_sdk::xml::leaf;

use crate::booking::{label, result};
use crate::mapping::{customer_again, label_type};
use crate::{DpdFrance, call};

const OPERATION: &str = "GetLabelBc";

impl Relabel for DpdFrance {
    fn relabel(&self, contract: &Contract, tracking_number: &str, format: LabelFormat) -> Request {
        let fields = vec![
            // a setting that is wrong has refused the booking before
            label_type(&mut Check::default(), contract, format),
            leaf("shipmentNumber", clean(tracking_number)),
            customer_again(contract),
        ];
        call(Effect::Reads, OPERATION, fields)
    }

    fn read_label(&self, answer: &Response) -> Result<Label, Why> {
        result(answer, OPERATION).label(label)
    }
}
