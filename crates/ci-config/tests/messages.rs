//! Every literal message of the CI YAML contract §5 and §10, by its number there, comes out of some case file.

use serde_json::Value;
use std::fs;
use std::path::Path;

/// The number in §10 (0 = §5) and the words. Names are those of the contract.
const MESSAGES: &[(u8, &str)] = &[
    (1, "Please provide content of .gitlab-ci.yml"),
    (2, "Invalid configuration format"),
    (3, "jobs config should contain at least one visible job"),
    (4, "jobs extra config should implement the script:, run:, or trigger: keyword"),
    (5, "jobs:rspec config contains unknown keys: bad_tags"),
    (6, "jobs:job name can't be blank"),
    (7, "jobs:10 name should be a symbol"),
    (8, "jobs:rspec:tags config should be an array of strings"),
    (9, "jobs:rspec:before_script config should be a string or a nested array of strings up to 10 levels deep"),
    (9, "jobs:rspec:after_script config should be a string or a nested array of strings up to 10 levels deep"),
    (9, "jobs:rspec:script config should be a string or a nested array of strings up to 10 levels deep"),
    (9, "before_script config should be a string or a nested array of strings up to 10 levels deep"),
    (10, "image config should be a hash or a string"),
    (10, "jobs:rspec:image config should be a hash or a string"),
    (11, "services config should be a array"),
    (11, "jobs:rspec:services config should be a array"),
    (11, "jobs:rspec:services:service config should be a hash or a string"),
    (12, "jobs:rspec allow failure should be a hash or a boolean value"),
    (12, "jobs:rspec:allow_failure exit codes should be an array of integers or an integer"),
    (13, "jobs:rspec:stage config should be a string"),
    (14, "stages config should be an array of strings or a nested array of strings up to 10 levels deep"),
    (15, "variables config should be a hash"),
    (15, "variable definition must be either a string or a hash"),
    (16, "jobs:rspec when should be one of: on_success, on_failure, always, manual, delayed"),
    (17, "jobs:rspec:artifacts name should be a string"),
    (17, "jobs:rspec:artifacts when should be one of: on_success, on_failure, always"),
    (17, "jobs:rspec:artifacts expire in should be a duration"),
    (17, "jobs:rspec:artifacts untracked should be a boolean value"),
    (17, "jobs:rspec:artifacts paths should be an array of strings"),
    (18, "cache:untracked config should be a boolean value"),
    (18, "cache:paths config should be an array of strings"),
    (18, "cache:key should be a hash, a string or a symbol"),
    (18, "jobs:rspec:cache:key:files config should be an array of strings"),
    (18, "files config requires at least 1 item"),
    (18, "jobs:rspec:cache:key config missing required keys: files"),
    (18, "jobs:rspec:cache:key:prefix config should be a string or symbol"),
    (19, "rspec job: chosen stage acceptance does not exist; available stages are .pre, build, test, deploy, .post"),
    (20, "test1 job: undefined dependency: undefined"),
    (21, "test1 job: dependency deploy is not defined in current or prior stages"),
    (22, "test1 job: undefined need: undefined"),
    (23, "build job: need test is not defined in current or prior stages"),
    (24, "test1 has the following needs duplicated: build1."),
    (25, "jobs:test1 dependencies the build2 should be part of needs"),
    (26, "jobs:test1:needs config can only be a hash or an array"),
    (26, "jobs:rspec:needs:need config contains unknown keys: something"),
    (27, "The pipeline has circular dependencies: topological sort failed: [\"job_a\", \"job_c\", \"job_b\"]"),
    (28, "The pipeline has circular dependencies: self-dependency: job"),
    (29, "test1 job: need `"),
    (29, " 1/1` name is too long (maximum is 255 characters)"),
    (30, " job: on_stop job absent is not defined"),
    (30, " job: on_stop job plain does not have environment defined"),
    (30, " job: on_stop job other have different environment name"),
    (30, " job: on_stop job starter needs to have action stop defined"),
    (
        31,
        "'test' job needs 'build' job, but 'build' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.",
    ),
    (
        32,
        "NAME: one job can only need 50 others, but you have listed 51. See needs keyword documentation for more details",
    ),
    (33, "rspec: unknown keys in `extends` (something)"),
    (34, "jobs:rspec:parallel should be an integer or a hash"),
    (34, "generates too many jobs (maximum is 200)"),
    (35, "jobs:rspec rules should be an array containing hashes and arrays of hashes"),
    (36, "jobs:rspec:only variables invalid expression syntax"),
    (36, "jobs:rspec:only changes should be an array of strings"),
    (36, "jobs:rspec:only has to be either an array of conditions or a hash"),
    (36, "jobs:rspec:only config should be an array of strings or regular expressions using re2 syntax"),
    (37, "config key may not be used with `rules`: only"),
    (37, "config key may not be used with `rules`: start_in"),
    (37, "config key may not be used with `rules`: except"),
    (38, "config these keys cannot be used together: script, trigger"),
    (39, "config missing required keys: "),
    (39, "config must use exactly one of these keys: script, step"),
    (39, "contains unknown values: "),
    (39, "when unknown value: "),
    (40, "should be a duration"),
    (40, "should not exceed the limit"),
    (40, "should be a boolean value"),
    (40, "should be an array of strings or a string"),
    (40, "coverage config must be a regular expression with re2 syntax"),
    (41, "include config must specify the job where to fetch the artifact from"),
    (41, "include config must specify the file where to fetch the config from"),
    (41, "trigger:include config is too long"),
    (41, "config must specify either project or include"),
    (42, "!reference [\"job-3\", \"script\"] is part of a circular chain"),
    (42, "!reference [\".setpu\", \"script\"] could not be found"),
    (43, "Included file `a.txt` does not have YAML extension!"),
    (43, "Maximum of 150 nested includes are allowed!"),
    (44, "Failed to parse rule for job: "),
    (44, "jobs:not-pages publish can only be used within a `pages` job"),
    (45, "when there is more than one port, a unique name should be added"),
    (45, "each port number can only be referenced once"),
    // Not confirmed there, decided so here.
    (46, "retry max must be less than or equal to 2"),
    (46, "start in must be blank"),
    (
        46,
        "environment name can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'",
    ),
    (46, "deployment tier must be one of production, staging, testing, development, other"),
    (46, "no more than 4 caches can be created"),
    (0, "Included file `1` needs to be a string"),
    (0, "` is empty or does not exist!"),
    (0, "Included file `broken.yml` does not have valid YAML syntax!"),
    (0, "Local file `missing.yml` does not exist!"),
    (0, "Local file `empty.yml` is empty!"),
    (0, "`website` input: required value has not been provided"),
    (0, "`x` input: default value is not a string"),
    (0, "`x` input: provided value is not a string"),
    (0, "Header include file `shared.yml` contains unknown keys: [:job]"),
    (
        0,
        "Duplicate input keys found: environment. Input keys must be unique across all included files and inline specifications.",
    ),
    (0, "circular variable reference detected: ["),
    (0, "circular dependency detected in `extends`"),
    (0, "nesting too deep in `extends` (maximum is 10)"),
    (0, "cannot contain the \"/\" character"),
    (0, "cannot be \".\" or \"..\""),
    (
        0,
        " may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules` - read more: ",
    ),
    (0, "Unknown alias: nowhere"),
    (0, "mapping values are not allowed"),
];

/// Messages of every case, without their places.
fn said() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folders = fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()));
    let outcomes = files.filter(|path| path.to_string_lossy().ends_with(".out.json"));
    let mut said = Vec::new();
    for path in outcomes {
        let outcome: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let lists = ["errors", "warnings"].into_iter().filter_map(|key| outcome[key].as_array());
        let texts = lists.flatten().filter_map(Value::as_str);
        said.extend(texts.map(|text| text.split_once(": ").map_or(text, |(_, message)| message).to_owned()));
    }
    said
}

#[test]
fn every_literal_message_comes_out_of_a_case() {
    let said = said();
    let silent: Vec<_> =
        MESSAGES.iter().filter(|(_, words)| !said.iter().any(|message| message.contains(words))).collect();
    assert!(silent.is_empty(), "no case says {silent:#?}");
}

/// Messages that begin with a location begin so: a longer location is another message.
#[test]
fn messages_with_a_location_begin_with_it() {
    let said = said();
    let begins = |words: &str| {
        ["jobs:", "cache:", "image ", "services ", "variables ", "stages "].iter().any(|start| words.starts_with(start))
    };
    let silent: Vec<_> = MESSAGES
        .iter()
        .filter(|(_, words)| begins(words) && !said.iter().any(|message| message.starts_with(words)))
        .collect();
    assert!(silent.is_empty(), "no case says {silent:#?}");
}
