#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pipewright_http_kit::fuzzing::path(data));
