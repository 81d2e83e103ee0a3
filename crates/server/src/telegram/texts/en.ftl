### The bot's texts in English.

## First contact

start-hello =
    Hello, { $name }. Here you can talk with an artificial intelligence: ask, think aloud, have something written or explained.

    First, three short questions, to address you properly. You can skip any of them.
ask-name = What is your name? Write it, or press the button.
ask-gender = Which grammatical gender should be used for you? Some languages need to know.
ask-age = How old are you? Write a number.
ask-age-wrong = That doesn't look like an age. Write a number from 1 to 120.
onboarded =
    { $name ->
        [none] All set. Write about anything you like.
       *[other] All set, { $name }. Write about anything you like.
    }

## Buttons

button-skip = Skip
button-use-name = { $name }
button-male = Masculine
button-female = Feminine
button-other = Other
button-yes = Yes
button-no = No
button-stop = Stop
button-again = Again
button-report = Report
button-delete = Delete
button-plan = My plan
button-panel = Open the panel
button-edit-name = Name
button-edit-gender = Gender
button-edit-age = Age

## The answer

interrupted-notice = The answer broke off before it began. Your message is kept; you can ask again.
failed-model = There was no answer. Please try again; nothing was taken from your plan.
failed-timeout = The answer took too long. Please try again; nothing was taken from your plan.
failed-resting = Answers can't be given right now. Please try in a minute; nothing was taken from your plan.
failed-internal = Something went wrong. Your message is kept; please try again.
stopped-empty = Stopped before the first word.
answer-partial = (the answer broke off)
answer-stopped = (stopped)

## Refusals

# "50 answers" or "10000 tokens".
limit-amount =
    { $unit ->
        [tokens]
            { $limit ->
                [one] { $limit } token
               *[other] { $limit } tokens
            }
       *[requests]
            { $limit ->
                [one] { $limit } answer
               *[other] { $limit } answers
            }
    }
quota-spent =
    { $renews ->
        [none] Your plan is used up: { limit-amount }. It doesn't renew by itself.
       *[other] Your plan is used up: { limit-amount }. It renews on { $renews }.
    }
too-fast =
    { $seconds ->
        [one] Messages are coming too fast. Wait { $seconds } second and send this one again.
       *[other] Messages are coming too fast. Wait { $seconds } seconds and send this one again.
    }
too-many-waiting = A great many of your messages are already waiting. Please send this one a little later.
busy = A great many people are talking right now. Please send your message again in a minute.
text-too-long =
    { $limit ->
        [one] The message is too long: it can have up to { $limit } character.
       *[other] The message is too long: it can have up to { $limit } characters.
    }
nothing-to-stop = There is nothing to stop right now.
stopping = Stopping…
reported = Thank you! We will look at this answer.
report-why = What is wrong with this answer?
report-harmful = It is dangerous
report-sexual = It is sexual
report-hateful = It is insulting
report-wrong = It is not true
report-other = Something else
nothing-to-again = There is nothing to answer again yet: ask something first.
media-unsupported = Voice messages, photos and files can't be read yet. Please write it in words.
edited-ignored = Changes to a message that was already sent are not read. Please send the corrected text as a new message.
unknown-command = There is no such command. All commands are in /help.
panel-link = Your way into the panel. The link works once, within 15 minutes; give it to nobody.
old-button = This button no longer works.

## Dialogues

new-dialogue = A new conversation begins. The previous one is kept in /history.
history-title = Recent conversations. Which one to continue?
history-empty = There are no conversations yet. Just write something.
history-entry = { $title } · { $date }
history-continued = Going on with “{ $title }”.
history-deleted = The conversation “{ $title }” is deleted.
history-gone = That conversation is no longer there.
history-untitled = Untitled

## The person

profile =
    What is known about you

    Name: { $name }
    Gender: { $gender }
    Age: { $age }

    What to change?
profile-name-none = not given
profile-gender-male = masculine
profile-gender-female = feminine
profile-gender-other = other
profile-gender-none = not given
profile-age-none = not given
profile-saved = Saved.
profile-name-wrong = That name won't do: it needs 1 to 64 characters on one line. Write another.

## The plan

plan = Your plan: { $plan }
plan-used =
    { $unit ->
        [tokens] Tokens used: { $used } of { $limit }
       *[requests] Answers received: { $used } of { $limit }
    }
    { $bar } { $percent } %
plan-ends =
    { $state ->
        [endless] Without an end
        [free] Renews on: { $end }
        [renews] Paid until: { $end }, then it renews by itself
       *[ends] Runs until: { $end }, and doesn't renew by itself
    }
plans-for-sale = Other plans:
# "Premium, 500 ⭐ a month: …"
plan-for-sale =
    • { $plan }, { $price } ⭐ { $period ->
        [day] for a day
        [week] for a week
        [month] a month
        [year] for a year
       *[none] for good
    }. { $about }
# "2000 answers a month", where a plan has no description of its own.
plan-gives =
    { limit-amount } { $period ->
        [day] a day
        [week] a week
        [month] a month
        [year] a year
       *[none] without an end
    }
usage =
    Today: { answers-today }, { tokens-today }
    This month: { answers-month }, { tokens-month }
    New conversations this month: { $sessions }
usage-picture =
    Answers in { $days } days
    { $bars }
answers-today =
    { $today_requests ->
        [one] { $today_requests } answer
       *[other] { $today_requests } answers
    }
answers-month =
    { $month_requests ->
        [one] { $month_requests } answer
       *[other] { $month_requests } answers
    }
tokens-today =
    { $today_tokens ->
        [one] { $today_tokens } token
       *[other] { $today_tokens } tokens
    }
tokens-month =
    { $month_tokens ->
        [one] { $month_tokens } token
       *[other] { $month_tokens } tokens
    }

## Buying

button-buy = { $plan } — { $price } ⭐
button-pay = Pay { $price } ⭐
button-renew-off = Don't renew
button-renew-on = Renew
button-switch = Switch when it ends
buy-invoice =
    { $plan } for { $price } ⭐. { $about }

    { $kind ->
        [recurring] Telegram will charge as much every 30 days until you turn the renewal off, here in /plan or in Telegram's settings. What is paid for stays yours.
       *[once] This is one payment; it isn't repeated.
    }

    By paying you agree to the terms: /terms.
buy-not-offered = This plan is no longer sold at this price. Open /plan again.
buy-better =
    { $until ->
        [none] You have a better plan now: { $plan }.
       *[other] You have a better plan now: { $plan }, until { $until }. Another one can be had when it ends.
    }
buy-renews =
    { $until ->
        [none] You have this plan already.
       *[other] You have this plan already, and it renews by itself on { $until }.
    }
buy-running =
    { $until ->
        [none] You have this plan already.
       *[other] You have this plan already, until { $until }. Its renewal can be turned on, and it can be bought again when it ends.
    }
buy-expired = This invoice is too old. Open /plan and take a new one.
buy-foreign = This invoice was made for somebody else. Yours is here: /plan.
buy-blocked = Nothing can be bought from this account.
buy-later = That didn't work just now. Please try again in a minute.
paid =
    { $kind ->
        [again] Renewed: { $plan }, until { $until }. Thank you!
        [renews] Paid: { $plan }, until { $until }; then it renews by itself. Thank you!
       *[once] { $until ->
            [none] Paid: { $plan }. Thank you!
           *[other] Paid: { $plan }, until { $until }. Thank you!
        }
    }
renew-on =
    { $until ->
        [none] The plan renews by itself.
       *[other] The plan renews by itself on { $until }. Should Telegram still show the renewal as turned off, turn it on there too: Settings → My Stars.
    }
renew-off =
    { $until ->
        [none] The plan doesn't renew by itself.
       *[other] The plan doesn't renew by itself. What is paid for stays yours: until { $until }.
    }
renew-switched =
    { $until ->
        [none] All right: { $plan } afterwards.
       *[other] All right: everything stays as it is until { $until }, the plan doesn't renew by itself, and then an invoice comes: { $plan }.
    }
renew-elsewhere =
    { $provider ->
        [google_play] This plan was bought in Google Play: its renewal is turned on there, under “Subscriptions”.
       *[stars] The renewal was turned off in Telegram, and can only be turned on there: Settings → My Stars.
    }
renewal-on =
    { $until ->
        [none] The renewal is on: { $plan }.
       *[other] The renewal is on: { $plan }, next on { $until }.
    }
renewal-off =
    { $until ->
        [none] The renewal is off: { $plan }. What is paid for stays yours.
       *[other] The renewal is off: { $plan }. What is paid for stays yours: until { $until }.
    }
renewal-failed =
    { $until ->
        [none] The renewal could not be paid: { $plan }. Please see whether there are enough Stars.
       *[other] The renewal could not be paid: { $plan }. It runs until { $until }; please see whether there are enough Stars.
    }
renewal-refused = The renewal of your plan could not be changed: { $plan }. Please look at it in Telegram: Settings → My Stars.
refunded = The money was given back: { $plan }.
payment-given-back = A payment came for something that isn't here any more. The Stars are given back.
plan-ended = Your plan has ended: { $plan }. You have the free one now.
limit-near =
    { $unit ->
        [tokens] Tokens left until the period ends: { $left }.
       *[requests] Answers left until the period ends: { $left }.
    }
limit-reached =
    { $renews ->
        [none] Your plan is used up.
       *[other] Your plan is used up. It renews on { $renews }.
    }
paysupport =
    { $contact ->
        [none] Questions about payments are for whoever runs this bot. Tell them the number of the payment.
       *[other] Questions about payments: { $contact }. Tell the number of the payment.
    }

    Telegram's own support can't help with purchases made here.
paysupport-payments = The last payments:
paysupport-paid = { $date }: { $amount }, { $charge }
paysupport-refunded = { $date }: { $amount }, given back, { $charge }
terms =
    What is sold is access to this bot's answers: how many answers or tokens, and for how long, is said with each plan. A machine writes the answers, and it makes mistakes.

    Telegram renews a monthly plan every 30 days at the same price until you turn the renewal off. What is paid for stays yours when it is off. A change of a plan applies to new periods.

    Should anything be wrong with a payment: /paysupport.
terms-link = In full: { $link }

## Language, privacy, help

language-choose = Which language do you prefer?
language-set = All right, English from now on.
privacy =
    What is kept: your messages and the answers to them, your name, gender and age if you gave them, your Telegram name and number, your plan and what was used of it.

    The text of the conversation, your name, gender and age go to the provider of the model that writes the answers. To nobody else.

    You can take away everything that is kept about you: /export. And delete it for good: /delete.
help =
    Just write, and an answer comes. Messages that you send meanwhile wait for their turn.

    /new — begin a new conversation
    /stop — stop the answer
    /again — answer once more
    /history — recent conversations
    /profile — name, gender and age
    /plan — your plan, and others
    /usage — what was used
    /link — join with the app
    /language — language
    /export — take away everything that is kept
    /delete — delete everything that is kept
    /privacy — what is kept and who receives it
    /terms — terms
    /paysupport — questions about payments
help-group = In a group, those are answered who mention this bot or reply to it. Everyone has a conversation and a plan of their own.

## Taking away and deleting

export-caption = Everything that is kept about you: a file to read, and a complete one for programs.
export-failed = The files could not be made. Please try a little later.
export-too-large = So much is kept that the file doesn't fit into Telegram. The complete one can be had in the app.
readable-heading = Conversations kept as of { $date }
readable-you = You
delete-ask = Delete all conversations, the profile and the plan for good? They can't be brought back.
delete-done = Everything is deleted. Should you want to come back, press /start.
delete-cancelled = Nothing was deleted.
delete-last-owner = You are the only owner of this service, so you can't be deleted. Appoint another owner first.

## One account with the app

link-how = Open the app, choose “Telegram” in it, and follow the link that it shows. The conversations and the plan will then be shared.
link-ask =
    { $dialogues ->
        [one] Join this Telegram with the app's account “{ $name }”, which has { $dialogues } conversation?
       *[other] Join this Telegram with the app's account “{ $name }”, which has { $dialogues } conversations?
    }

    The conversations of both are kept, and the better plan of the two. Agree only if you made this link yourself.
link-done = Done: here and in the app there are now the same conversations and one plan.
link-cancelled = Nothing has changed.
link-unknown = This link doesn't work. Make a new one in the app.
link-expired = This link is too old. Make a new one in the app.
link-used = This link was already used. If you need it again, make a new one in the app.
link-own = This Telegram is already joined with that account.
link-other-telegram = Another Telegram is already joined with that account.
link-busy = An answer is being written. Wait for it, and open the link again.
private-only = That is for a private chat with the bot.
link-private-only = Accounts can be joined only in a private chat with the bot.

## The menu

command-start = Begin
command-new = New conversation
command-stop = Stop the answer
command-again = Answer once more
command-history = Recent conversations
command-profile = Name, gender and age
command-plan = Your plan
command-usage = What was used
command-link = Join with the app
command-language = Language
command-export = Take away everything that is kept
command-delete = Delete everything that is kept
command-privacy = What is kept and who receives it
command-terms = Terms
command-paysupport = Questions about payments
command-help = All commands
bot-description =
    Someone to talk to who answers at once: ask, think aloud, have something written, explained or translated.

    Remembers the conversation, doesn't cut long answers short, understands any language. Everything that is kept can be taken away and deleted.
bot-short-description = An AI to talk to: it answers at once and remembers the conversation.
