//! The shapes of the runner protocol against what clients really send and need.

use pipewright_wire::runner::{
    Artifact, ContentRange, Dependency, FailureReason, Features, JobPayload, JobRequest, JobUpdate, RegisterRequest,
    Step, StoredRange, Variable, VerifyRequest, feature, from_body,
};
use serde_json::{Value, json};

#[test]
fn trap_01_a_request_with_the_few_fields_of_the_second_client_is_read() {
    let body = br#"{"token":"glrt-x","system_id":"r_abc","info":{"version":"1","revision":"r",
        "platform":"linux","architecture":"x86_64","features":{"refspecs":true,"upload_multiple_artifacts":true}}}"#;
    let request: JobRequest = from_body(body).unwrap();
    assert_eq!(request.token, "glrt-x");
    assert_eq!(request.last_update, None);
    assert!(request.info.features.has(feature::REFSPECS));
    assert!(!request.info.features.has(feature::CANCEL_GRACEFULLY));
}

#[test]
fn empty_and_null_bodies_and_null_members_read_as_nothing_given() {
    assert_eq!(from_body::<JobRequest>(b"").unwrap(), JobRequest::default());
    assert_eq!(from_body::<VerifyRequest>(b" null ").unwrap(), VerifyRequest::default());
    let request: JobRequest = from_body(br#"{"token":"t","info":null,"session":null,"last_update":null}"#).unwrap();
    assert_eq!(request.token, "t");
    assert!(from_body::<JobRequest>(b"{").is_err());
}

#[test]
fn features_are_written_all_and_read_only_when_true() {
    let features = Features::new([feature::REFSPECS]);
    let value = serde_json::to_value(&features).unwrap();
    assert_eq!(value.as_object().unwrap().len(), 31);
    assert_eq!(value["refspecs"], true);
    assert_eq!(value["cache"], false);
    assert_eq!(serde_json::from_value::<Features>(value).unwrap(), features);
}

#[test]
fn tags_are_a_comma_string_or_a_list() {
    let text: RegisterRequest = from_body(br#"{"token":"t","tag_list":"a, b,,c"}"#).unwrap();
    let list: RegisterRequest = from_body(br#"{"token":"t","tag_list":["a","b","c"]}"#).unwrap();
    assert_eq!(text, list);
    assert_eq!(serde_json::to_value(&text).unwrap()["tag_list"], "a,b,c");
}

fn payload() -> Value {
    let payload = JobPayload {
        id: 9,
        variables: vec![Variable { key: "A".into(), ..Variable::default() }],
        steps: vec![Step::default()],
        artifacts: vec![Artifact::default()],
        dependencies: vec![Dependency::default()],
        ..JobPayload::default()
    };
    serde_json::to_value(payload).unwrap()
}

#[test]
fn trap_03_run_is_absent_when_unused() {
    assert!(payload().get("run").is_none());
    assert_eq!(payload()["image"], Value::Null);
}

#[test]
fn trap_04_the_count_of_running_jobs_is_text_and_ids_are_integers() {
    let value = payload();
    assert!(value["job_info"]["project_jobs_running_on_instance_runners_count"].is_string());
    assert!(value["runner_info"]["timeout"].is_i64());
    assert!(value["git_info"]["depth"].is_i64());
}

#[test]
fn trap_06_dependencies_and_artifacts_are_there_even_if_empty() {
    let value = serde_json::to_value(JobPayload::default()).unwrap();
    assert_eq!(value["dependencies"], json!([]));
    assert_eq!(value["artifacts"], json!([]));
}

#[test]
fn trap_07_variables_always_say_public_and_masked_and_leave_out_file_and_raw() {
    let variable = payload()["variables"][0].clone();
    assert_eq!(variable, json!({"key": "A", "value": "", "public": false, "masked": false}));
}

#[test]
fn what_the_strict_client_needs_is_present() {
    let value = payload();
    for key in ["name", "script", "timeout", "when", "allow_failure"] {
        assert!(value["steps"][0].get(key).is_some(), "{key}");
    }
    for key in ["paths", "artifact_type", "artifact_format", "when"] {
        assert!(value["artifacts"][0].get(key).is_some(), "{key}");
    }
    assert!(value["dependencies"][0].get("artifacts_file").is_none());
}

#[test]
fn a_payload_full_of_nulls_is_read() {
    let body = br#"{"id":1,"token":"t","image":null,"services":null,"artifacts":null,"cache":null,
        "variables":[{"key":"A","value":null,"public":true,"masked":false}],"git_info":{"refspecs":null}}"#;
    let payload: JobPayload = from_body(body).unwrap();
    assert_eq!(payload.variables[0].value, "");
    assert!(payload.services.is_empty());
}

#[test]
fn trap_27_any_integer_is_an_exit_code() {
    for code in [300_i64, -1, 3_221_225_786] {
        let body = format!(r#"{{"state":"failed","exit_code":{code}}}"#);
        let update: JobUpdate = from_body(body.as_bytes()).unwrap();
        assert_eq!(update.exit_code, Some(code));
    }
    let update: JobUpdate = from_body(br#"{"token":"t","state":"running"}"#).unwrap();
    assert_eq!((update.exit_code, update.checksum()), (None, None));
    assert_eq!(serde_json::to_value(update).unwrap()["output"], json!({}));
}

#[test]
fn ranges_have_no_unit_and_the_stored_one_ends_at_the_length() {
    assert_eq!(ContentRange::of(0, 12).to_string(), "0-11");
    assert_eq!(ContentRange::parse("0-11"), Some(ContentRange::of(0, 12)));
    assert_eq!(ContentRange::parse("bytes 0-11/12"), None);
    assert_eq!(StoredRange(12).to_string(), "0-12");
    assert_eq!(StoredRange::parse("0-12"), Some(StoredRange(12)));
}

#[test]
fn reasons_are_put_in_words_the_server_knows() {
    use FailureReason as R;
    let none: &[String] = &[];
    assert_eq!(R::ScriptFailure.understood_by(none), R::ScriptFailure);
    assert_eq!(R::RunnerInterrupted.understood_by(none), R::UnknownFailure);
    let known = ["runner_interrupted".to_owned()];
    assert_eq!(R::RunnerInterrupted.understood_by(&known), R::RunnerInterrupted);
    assert_eq!(R::RunnerConfigurationError.understood_by(none), R::ScriptFailure);
}
