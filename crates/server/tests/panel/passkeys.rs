//! Passkeys: adding them, signing in by them, and everything that is not quite one.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, TestApp},
    model::FakeModel,
};
use uuid::Uuid;

use crate::{
    authenticator::{BACKUP_ELIGIBLE, DOMAIN, ES256K, Key, ORIGIN, USER_VERIFIED, encoded},
    support::{Browser, Shown, log, minutes_pass, run, staff, start, start_with},
};

const ADD: &str = "/admin/passkeys";
const SIGN_IN: &str = "/admin/sign-in/passkey";

/// What makes something else of a thing.
type Change<T> = fn(&mut T);

/// A service at an address with a domain.
async fn start_at_domain(database: Database) -> (FakeModel, TestApp) {
    start_with(database, |builder| builder.env("BESEDA__HTTP__PUBLIC_URL", ORIGIN)).await
}

/// What the browser is asked for, before a form is sent to this address.
async fn asked(browser: &Browser, action: &str) -> Value {
    let shown = browser.post(&format!("{action}/options"), &[]).await.is(200);
    serde_json::from_str(&shown.html).unwrap()
}

async fn send(browser: &Browser, name: &str, credential: &Value) -> Shown {
    browser.post(ADD, &[("name", name), ("credential", &credential.to_string())]).await
}

async fn show(browser: &Browser, credential: &Value) -> Shown {
    browser.post(SIGN_IN, &[("credential", &credential.to_string())]).await
}

/// Adds a passkey.
async fn add(browser: &Browser, name: &str, key: &mut Key) -> Shown {
    let options = asked(browser, ADD).await;
    send(browser, name, &key.made(&options)).await
}

/// Signs in by it.
async fn sign_in(browser: &Browser, key: &mut Key) -> Shown {
    let options = asked(browser, SIGN_IN).await;
    show(browser, &key.shown(&options)).await
}

async fn count(app: &TestApp, table: &str) -> i64 {
    app.query_i64(&format!("SELECT COUNT(*) FROM {table}")).await.unwrap()
}

/// The details of the newest rows of the audit log, the newest first.
async fn details(app: &TestApp, action: &str, limit: usize) -> Vec<Value> {
    let sql = format!(
        "SELECT CAST(details AS TEXT) FROM audit_log WHERE action = '{action}' \
         ORDER BY created_at DESC, id DESC LIMIT {limit}"
    );
    let rows = app.query_texts(&sql).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
}

#[rstest]
#[tokio::test]
async fn a_passkey_is_added_signs_in_and_is_removed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start_at_domain(database).await;
    let (id, olga) = staff(&app, "owner", "Ольга").await;
    olga.get(ADD).await.is(200).says("There is nothing here.").says("data-passkey=\"create\"");

    let options = asked(&olga, ADD).await;
    assert_eq!((&options["rp"]["id"], &options["user"]["name"]), (&json!(DOMAIN), &json!("Ольга")));
    assert_eq!(options["user"]["id"], encoded(id.as_bytes()));
    let wanted = json!({"residentKey": "required", "userVerification": "required"});
    assert_eq!((&options["authenticatorSelection"], &options["attestation"]), (&wanted, &json!("none")));
    let mut key = Key::new();
    let name = "Телефон <b>&\"'";
    let done = send(&olga, &format!("  {name} "), &key.made(&options)).await.is(303);
    assert_eq!(done.location(), ADD);
    let shown = olga.get(ADD).await.is(200).says("The passkey has been added.").says("Телефон &#60;b&#62;");
    assert!(!shown.html.contains("<b>") && shown.html.contains("not yet") && !shown.html.contains("can be synced"));
    // It is not asked for where it is already.
    assert_eq!(asked(&olga, ADD).await["excludeCredentials"][0]["id"], encoded(&key.id));

    let guest = Browser::new(&app).with("user-agent", "Elsewhere/1");
    let begun = guest.post(&format!("{SIGN_IN}/options"), &[]).await.is(200);
    let cookie = begun.cookies()[0].to_owned();
    assert!(cookie.starts_with("__Host-beseda_passkey=bk_"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=300; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
    let options: Value = serde_json::from_str(&begun.html).unwrap();
    let asked_for = [&options["rpId"], &options["userVerification"], &options["allowCredentials"]];
    assert_eq!(asked_for, [&json!(DOMAIN), &json!("required"), &json!([])]);
    let shown = show(&guest, &key.shown(&options)).await.is(303);
    assert_eq!(shown.location(), "/admin");
    assert_eq!(guest.cookie("__Host-beseda_passkey"), None);
    guest.get("/admin").await.is(200).says("Ольга");
    guest.get("/admin/sessions").await.is(200).says("Elsewhere/1");
    assert!(!olga.get(ADD).await.is(200).html.contains("not yet"));

    let path = olga.get(ADD).await.html;
    let path = path.split('"').find(|part| part.ends_with("/remove")).unwrap().to_owned();
    olga.post(&path, &[]).await.is(303);
    olga.get(ADD).await.is(200).says("The passkey has been removed.").says("There is nothing here.");
    olga.post(&path, &[]).await.is(404);
    let shown = sign_in(&Browser::new(&app), &mut key).await.is(401).says("The passkey does not work");
    assert!(shown.cookies().is_empty());
    // What it began goes on until it is ended.
    guest.get("/admin").await.is(200);

    let expected = ["panel: sign-in-failed", "Ольга: passkey-removed", "Ольга: signed-in", "Ольга: passkey-added"];
    assert_eq!(log(&app, 4).await, expected);
    assert_eq!(details(&app, "passkey-added", 1).await, [json!({"name": name})]);
    assert_eq!(details(&app, "passkey-removed", 1).await, [json!({"name": name})]);
    assert_eq!(details(&app, "signed-in", 1).await, [json!({"by": "passkey", "name": name})]);
    assert_eq!(details(&app, "sign-in-failed", 1).await, [json!({"by": "passkey", "why": "unknown"})]);
    let target = path.split('/').nth(3).unwrap();
    let of_it = format!("SELECT COUNT(*) FROM audit_log WHERE target = '{target}'");
    assert_eq!(app.query_i64(&of_it).await.unwrap(), 3);
    assert!(!app.log().contains("bk_"));
}

#[rstest]
#[tokio::test]
async fn only_what_was_asked_for_is_added(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_at_domain(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let (_, anton) = staff(&app, "admin", "Антон").await;

    // What is no answer of a browser's.
    let late = send(&olga, "Ключ", &Key::new().made(&json!({"challenge": ""}))).await;
    late.is(409).says("The request is over");
    for credential in ["", "{", "[]", "{}", "null", "{\"rawId\": 5}", &"[".repeat(10_000)] {
        olga.post(ADD, &[("name", "Ключ"), ("credential", credential)]).await.is(422).says("no passkey");
    }
    olga.post(ADD, &[("name", "Ключ")]).await.is(422);
    for name in ["", "  ", &"я".repeat(65)] {
        add(&olga, name, &mut Key::new()).await.is(422).says("at most 64 characters");
    }
    for part in ["attestationObject", "clientDataJSON"] {
        for bytes in ["", "!", "AA", "_w", &"n".repeat(4_000), &"g".repeat(100_000)] {
            let options = asked(&olga, ADD).await;
            let mut made = Key::new().made(&options);
            made["response"][part] = json!(bytes);
            send(&olga, "Ключ", &made).await.is(422);
        }
    }

    // What is one, for something else.
    let cases: [(&str, Change<Key>); 5] = [
        ("another site", |key| key.origin = "https://beseda.example.evil.example"),
        ("plain http", |key| key.origin = "http://beseda.example"),
        ("another domain", |key| key.domain = "evil.example"),
        ("nobody looked who it was", |key| key.flags &= !USER_VERIFIED),
        ("an algorithm that was not offered", |key| key.algorithm = ES256K),
    ];
    for (what, change) in cases {
        let mut key = Key::new();
        change(&mut key);
        assert_eq!(add(&olga, "Ключ", &mut key).await.status, 422, "{what}");
    }
    let options = asked(&olga, ADD).await;
    let mut key = Key::new();
    let mut made = key.made(&options);
    made["rawId"] = json!(encoded(b"another"));
    send(&olga, "Ключ", &made).await.is(422);
    // The try before has used the challenge up.
    send(&olga, "Ключ", &key.made(&options)).await.is(409);
    let options = asked(&olga, ADD).await;
    minutes_pass(&app, 6).await;
    send(&olga, "Ключ", &key.made(&options)).await.is(409);
    let before = asked(&olga, ADD).await;
    asked(&olga, ADD).await;
    send(&olga, "Ключ", &key.made(&before)).await.is(422);
    // Of another session, though the browser shows its token.
    let options = asked(&olga, ADD).await;
    let thief =
        anton.with("cookie", format!("__Host-beseda_passkey={}", olga.cookie("__Host-beseda_passkey").unwrap()));
    send(&thief, "Ключ", &key.made(&options)).await.is(409);
    // What was asked for to sign in.
    let options = asked(&olga, SIGN_IN).await;
    send(&olga, "Ключ", &key.made(&options)).await.is(409);
    assert_eq!(count(&app, "passkeys").await, 0);

    // A credential is one person's, once.
    add(&olga, "Ключ", &mut key).await.is(303);
    add(&olga, "Ещё раз", &mut key).await.is(409);
    add(&thief, "Мой", &mut key).await.is(409);
    assert_eq!(count(&app, "passkeys").await, 1);
    assert_eq!(log(&app, 1).await, ["Ольга: passkey-added"]);
}

#[rstest]
#[tokio::test]
async fn nothing_else_signs_in(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_at_domain(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let (anton_id, anton) = staff(&app, "admin", "Антон").await;
    let (mut key, mut other) = (Key::new(), Key::new());
    key.count = 7;
    add(&olga, "Ключ", &mut key).await.is(303);
    add(&anton, "Ключ", &mut other).await.is(303);
    let open = count(&app, "admin_sessions").await;
    let guest = Browser::new(&app);
    let anton_handle = encoded(anton_id.as_bytes());

    for credential in ["", "{", "[]", "{}", "null", &"[".repeat(10_000)] {
        guest.post(SIGN_IN, &[("credential", credential)]).await.is(422);
    }
    guest.post(SIGN_IN, &[]).await.is(422);
    assert!(details(&app, "sign-in-failed", 1).await.is_empty(), "nothing was tried yet");

    let why = async |what: &str| {
        let failed = details(&app, "sign-in-failed", 1).await;
        assert_eq!(count(&app, "admin_sessions").await, open, "{what}");
        failed[0]["why"].as_str().unwrap().to_owned()
    };
    let cases: [(&str, &str, Change<Value>); 9] = [
        ("another signature", "signature", |shown| shown["response"]["signature"] = json!("MEUCIQ")),
        ("a user who is nobody", "user-handle", |shown| shown["response"]["userHandle"] = json!("AAAA")),
        ("no user", "user-handle", |shown| shown["response"]["userHandle"] = Value::Null),
        ("another credential", "unknown", |shown| shown["rawId"] = json!(encoded(b"another"))),
        ("no base64url", "malformed", |shown| shown["rawId"] = json!("+/+/")),
        ("no data", "malformed", |shown| shown["response"]["authenticatorData"] = json!("")),
        ("no client data", "malformed", |shown| shown["response"]["clientDataJSON"] = json!("")),
        ("no signature", "signature", |shown| shown["response"]["signature"] = json!("")),
        ("a number that is none", "malformed", |shown| shown["response"]["signature"] = json!("!")),
    ];
    for (what, word, change) in cases {
        let options = asked(&guest, SIGN_IN).await;
        let mut shown = key.shown(&options);
        change(&mut shown);
        show(&guest, &shown).await.is(401).says("The passkey does not work");
        assert_eq!(why(what).await, word, "{what}");
    }
    let cases: [(&str, &str, Change<Key>); 6] = [
        ("another site", "origin", |key| key.origin = "https://evil.example"),
        ("another domain", "relying-party", |key| key.domain = "evil.example"),
        ("nobody looked who it was", "user-verification", |key| key.flags &= !USER_VERIFIED),
        ("it may be copied now", "backup-eligibility", |key| key.flags |= BACKUP_ELIGIBLE),
        ("it has counted back", "counter", |key| key.count = 3),
        ("it does not count any more", "counter", |key| key.count = 0),
    ];
    for (what, word, change) in cases {
        let (origin, domain, flags, counted) = (key.origin, key.domain, key.flags, key.count);
        change(&mut key);
        sign_in(&guest, &mut key).await.is(401);
        (key.origin, key.domain, key.flags, key.count) = (origin, domain, flags, counted + 1);
        assert_eq!(why(what).await, word, "{what}");
    }

    // Somebody else's: another's key for this credential, and this key for another person.
    let options = asked(&guest, SIGN_IN).await;
    other.count = key.count;
    let mut shown = other.shown(&options);
    shown["rawId"] = json!(encoded(&key.id));
    shown["response"]["userHandle"] = json!(key.user_handle);
    show(&guest, &shown).await.is(401);
    assert_eq!(why("another's key").await, "signature");
    let options = asked(&guest, SIGN_IN).await;
    let mut shown = key.shown(&options);
    shown["response"]["userHandle"] = json!(anton_handle);
    show(&guest, &shown).await.is(401);
    assert_eq!(why("another person").await, "user-handle");
    // Something else that the key has signed: what was asked for when it was added.
    let options = asked(&olga, ADD).await;
    show(&olga, &key.shown(&options)).await.is(401);
    assert_eq!(why("what was asked for to add one").await, "challenge");

    // Its challenge is over, or another browser's, or none.
    let options = asked(&guest, SIGN_IN).await;
    minutes_pass(&app, 6).await;
    show(&guest, &key.shown(&options)).await.is(401);
    assert_eq!(why("late").await, "challenge");
    let (first, stranger) = (asked(&guest, SIGN_IN).await, Browser::new(&app));
    let shown = key.shown(&first);
    show(&stranger, &shown).await.is(401);
    assert_eq!(why("no cookie").await, "challenge");
    asked(&stranger, SIGN_IN).await;
    show(&stranger, &shown).await.is(401);
    assert_eq!(why("another's challenge").await, "challenge");

    // The very same in the right browser signs in, once.
    let again = guest.copied();
    show(&guest, &shown).await.is(303);
    assert_eq!(count(&app, "admin_sessions").await, open + 1);
    show(&again, &shown).await.is(401);
    let failed = details(&app, "sign-in-failed", 1).await;
    assert_eq!(failed, [json!({"by": "passkey", "why": "challenge"})]);
    assert_eq!(count(&app, "admin_sessions").await, open + 1);
    guest.get("/admin").await.is(200).says("Ольга");
}

#[rstest]
#[tokio::test]
async fn who_may_not_enter_is_not_let_in_by_a_passkey(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start_at_domain(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let (id, anton) = staff(&app, "admin", "Антон").await;
    let mut key = Key::new();
    add(&anton, "Ключ", &mut key).await.is(303);
    sign_in(&Browser::new(&app), &mut key).await.is(303);

    let person = format!("/admin/people/{id}");
    olga.post(&format!("{person}/block"), &[("reason", "пока")]).await.is(303);
    sign_in(&Browser::new(&app), &mut key).await.is(401);
    assert_eq!(details(&app, "sign-in-failed", 1).await[0]["why"], "no-role");
    olga.post(&format!("{person}/unblock"), &[("reason", "снова")]).await.is(303);
    sign_in(&Browser::new(&app), &mut key).await.is(303);

    // Another role is the same person; no role, and they begin anew.
    olga.post(&format!("/admin/admins/{id}/role"), &[("role", "moderator"), ("reason", "меньше")]).await.is(303);
    let guest = Browser::new(&app);
    sign_in(&guest, &mut key).await.is(303);
    guest.get("/admin").await.is(200).says("moderator");
    olga.post(&format!("/admin/admins/{id}/remove"), &[("reason", "ушёл")]).await.is(303);
    assert_eq!(count(&app, "passkeys").await, 0);
    run(&app, &["admin", "grant", "--role", "admin", "--user", &id.to_string()]).await;
    sign_in(&Browser::new(&app), &mut key).await.is(401);
    assert_eq!(details(&app, "sign-in-failed", 1).await[0]["why"], "unknown");
}

#[rstest]
#[tokio::test]
async fn a_person_has_twenty_at_most_and_removes_none_but_their_own(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start_at_domain(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    for number in 1..20 {
        add(&olga, &format!("Ключ {number}"), &mut Key::new()).await.is(303);
    }
    // Two sessions add the last one at once.
    let mut key = Key::new();
    let shown = olga.get(ADD).await.is(200).says("data-passkey=\"create\"");
    assert_eq!(shown.html.matches("/remove\"").count(), 19);
    let id = app.sql::<(Uuid,)>("SELECT id FROM passkeys ORDER BY id LIMIT 1").await.unwrap()[0].0;
    anton.post(&format!("{ADD}/{id}/remove"), &[]).await.is(404);
    let other = {
        let link =
            run(&app, &["admin", "link", "--user", &crate::support::id_of(&app, "Ольга").await.to_string()]).await;
        Browser::signed_in(&app, &link).await
    };
    let (first, second) = (asked(&olga, ADD).await, asked(&other, ADD).await);
    let (first, second) = (key.made(&first), Key::new().made(&second));
    let (one, two) = tokio::join!(send(&olga, "Раз", &first), send(&other, "Два", &second));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(count(&app, "passkeys").await, 20);
    let shown = olga.get(ADD).await.is(200).says("as many passkeys as one person may");
    assert!(!shown.html.contains("data-passkey"));
    olga.post(&format!("{ADD}/options"), &[]).await.is(409);
    add(&anton, "Свой", &mut Key::new()).await.is(303);
    olga.post(&format!("{ADD}/{id}/remove"), &[]).await.is(303);
    add(&olga, "Ещё", &mut Key::new()).await.is(303);
}

#[rstest]
#[tokio::test]
async fn tries_are_limited_like_those_of_links(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let limit = |b: testkit::app::Builder| b.env("BESEDA__LIMITS__SIGN_INS_PER_MINUTE", 4);
    let (_model, app) = start_with(database, |b| limit(b).env("BESEDA__HTTP__PUBLIC_URL", ORIGIN)).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let mut key = Key::new();
    // Signing in by the link was one try; adding passkeys is none.
    add(&olga, "Ключ", &mut key).await.is(303);
    let guest = Browser::new(&app);
    let options = asked(&guest, SIGN_IN).await;
    guest.post(SIGN_IN, &[("credential", &Key::new().shown(&options).to_string())]).await.is(401);
    let options = asked(&guest, SIGN_IN).await;
    let shown = show(&guest, &key.shown(&options)).await.is(429);
    assert!(shown.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
    guest.post(&format!("{SIGN_IN}/options"), &[]).await.is(429).says("<p class=\"lead\">");
    guest.get("/admin").await.is(401);
}

#[rstest]
#[tokio::test]
async fn without_a_domain_there_are_none(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, olga) = staff(&app, "owner", "Ольга").await;
    let shown = olga.get(ADD).await.is(200).says("Passkeys belong to a domain name");
    assert!(!shown.html.contains("data-passkey"));
    olga.post(&format!("{ADD}/options"), &[]).await.is(409).says("domain name");
    let guest = Browser::new(&app);
    assert!(!guest.get("/admin").await.is(401).html.contains("data-passkey"));
    guest.post(&format!("{SIGN_IN}/options"), &[]).await.is(409);
    show(&guest, &Key::new().shown(&json!({"challenge": ""}))).await.is(409);

    let (_model, app) = start_at_domain(database).await;
    Browser::new(&app).get("/admin").await.is(401).says("data-passkey=\"get\"").says("beseda admin link");
}
