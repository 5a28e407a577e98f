//! The status machine: given statuses and an event, every transition.
