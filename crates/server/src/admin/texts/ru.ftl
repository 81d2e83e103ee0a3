### Что говорит панель по-русски.

## Вокруг каждой страницы

brand = Беседа
skip = К содержанию
menu = Меню
menu-home = Обзор
menu-plans = Планы
menu-subscriptions = Подписки
menu-payments = Платежи
menu-broadcasts = Рассылки
menu-admins = Администраторы
menu-audit = Журнал действий
menu-sessions = Мои сеансы
menu-passkeys = Мои ключи доступа
sign-out = Выйти
language = Язык
theme = Оформление
theme-auto = Как в системе
theme-light = Светлое
theme-dark = Тёмное

## Части

pages = Страницы
newer = Новее
older = Старше
empty = Здесь ничего нет.
rows-shown = Строк показано:
copy = Скопировать
copied = Скопировано
not-copied = Выделено: скопируйте клавишами
filters = Отбор
any = Не важно
show = Показать
reset = Сбросить
reason = Причина
acts = Действия
details = Подробности
when = Когда
from-where = Откуда
role = Роль
blocked = заблокирован
you = вы

## Люди, диалоги, жалобы

menu-people = Люди
menu-reports = Жалобы
as-csv = Скачать CSV
yes = да
no = нет
person = Человек
plan = План
channel = Где
channel-api = приложение
channel-telegram = Telegram
people-search = Имя, имя в Telegram или номер
people-search-hint = Начало имени или имени в Telegram либо номер целиком: здешний или в Telegram.
people-telegram = С Telegram
people-app = Только приложение
people-active = Активность
people-active-day = Со вчерашнего дня
people-active-week = За неделю
people-active-month = За месяц
people-blocked = Доступ
people-blocked-yes = Заблокированные
people-blocked-no = Не заблокированные
person-profile = Профиль
person-name = Имя
person-gender = Род
gender-male = мужской
gender-female = женский
gender-other = другой
person-age = Возраст
person-telegram-name = Как зовут в Telegram
person-zone = Часовой пояс
person-companion = Собеседник
person-created = Регистрация
person-last-active = Последняя активность
person-blocked-at = Блокировка с
person-audit = Что с ним делали
block = Заблокировать
block-warning = Приложение и бот сразу перестанут отвечать этому человеку, а текущие ответы остановятся.
unblock = Разблокировать
unblock-warning = Человек сможет пользоваться сервисом как раньше.
export-person = Выгрузить данные
export-person-about = Всё, что хранится о человеке, одним файлом JSON, включая диалоги. Выгрузка будет записана в журнал действий.
erase-person = Удалить человека
erase-person-warning = Учётная запись, диалоги и всё остальное о человеке будут удалены навсегда.
erase-type = Для подтверждения введите:
invalid-typed = Введено не то, что требовалось. Никто не удалён.
act-own = С собой этого делать нельзя.
act-has-role = У человека есть роль. Сначала владелец должен её снять.
act-already = Это уже сделано.
flash-blocked = Человек заблокирован.
flash-unblocked = Человек разблокирован.
flash-device-revoked = Вход на устройстве завершён.
flash-erased = Человек удалён.
person-subscriptions = Подписки
period-start = С
period-end = До
period-used = Израсходовано
period-renews = Продлевается сама
period-current = текущая
unit-requests = запросов
unit-tokens = токенов
grant = Выдать план
grant-until = До конца этого дня
grant-until-hint = Если не указать, план выдаётся на один его период.
extend = Продлить
revoke-plan = Отозвать план
revoke-plan-warning = Купленное или выданное закончится сейчас, автопродление выключится. Деньги при этом не возвращаются.
grant-no-plan = Такого плана нет.
grant-free = Бесплатный план есть у всех и так.
grant-past = Срок должен быть в будущем и позже нынешнего.
grant-nothing = То, что есть у человека, не куплено и не выдано или бессрочно.
flash-granted = План выдан.
flash-extended = План продлён.
flash-subscription-revoked = План отозван.
person-payments = Платежи
heard-kind = Что
heard-provider = Продавец
heard-amount = Сумма
heard-note = Примечание
person-use = Расход за двенадцать месяцев
person-use-about = Ответы за каждый день двенадцати месяцев, новые месяцы сверху
month = Месяц
use-answers = Ответы
use-tokens = Токены
devices = Устройства
device = Устройство
device-revoke = Завершить вход
device-revoke-warning = На устройстве придётся войти заново.
dialogues = Диалоги
all-dialogues = Все диалоги
dialogue = Диалог
dialogue-about = О диалоге
dialogue-began = Начат
dialogue-active = Последняя активность
dialogue-ended-at = Завершён
dialogue-turns = Ходы
dialogue-state = Состояние
dialogue-open = открыт
dialogue-over = завершён
dialogue-end = Завершить диалог
dialogue-end-warning = Писать в нём больше будет нельзя.
flash-dialogue-ended = Диалог завершён.
dialogue-read = Прочитать диалог
dialogue-read-about = Переписка — личное дело людей. Укажите, зачем вы её читаете: причина попадёт в журнал действий, а диалог будет открыт вам полчаса.
dialogue-closed = Ваша роль не позволяет читать диалоги.
dialogue-open-until = Открыт вам до
dialogue-messages = Сообщения
dialogue-attempts = Обращения к моделям
dialogue-attempt-failed = неудача
turn-waiting = ждёт
turn-running = идёт
turn-complete = отвечено
turn-stopped = остановлено
turn-interrupted = прервано
turn-failed = без ответа
person-reports = Жалобы
report = Жалоба
report-about = О жалобе
report-category = Что не так
report-comment = Комментарий
report-state = Состояние
report-open = открыта
report-accepted = принята
report-dismissed = отклонена
category-harmful = опасное
category-sexual = сексуальное
category-hateful = оскорбительное
category-wrong = неправда
category-other = другое
report-handled-at = Решение принято
report-handled-by = Кем
report-note = Примечание
report-answer = Ответ, на который пожаловались
report-decide = Решить
report-accept = Принять
report-dismiss = Отклонить
report-to-person = К человеку, чтобы заблокировать
flash-report-decided = Решение по жалобе записано.
dialogue-tokens =
    { $count ->
        [one] { $count } токен
        [few] { $count } токена
       *[other] { $count } токенов
    }
dialogue-ms = { $count } мс

## Вход

sign-in = Войти
sign-in-title = Вход
sign-in-ask = Нажмите кнопку, чтобы войти в панель. Ссылка сработает один раз.
sign-in-how = Здесь никто не вошёл. Паролей в панели нет: входят по ключу доступа, если вы его добавили, или по ссылке, которая срабатывает один раз в течение 15 минут.
sign-in-by-bot = Отправьте боту эту команду из своего Telegram:
sign-in-by-cli = Или выполните на сервере:
sign-in-by-owner = Или попросите ссылку у владельца.
sign-in-failed-title = Ссылка не работает
sign-in-failed = Её уже использовали, она старше 15 минут или скопирована не целиком. Запросите новую.
sign-in-by-passkey = Войти по ключу доступа
passkey-refused-title = Ключ доступа не подошёл
passkey-refused = Здесь его не знают, он удалён или его владельцу вход закрыт. А может быть, запрос устарел: он действует пять минут и на одну попытку. Попробуйте снова или войдите по ссылке.
first-owner = Владелец

## Что не показано

to-beginning = К обзору
refused-title = Недоступно
refused = Ваша роль этого не позволяет. Попытка записана в журнал.
cross-origin = Запрос пришёл с другого сайта и отклонён. Откройте страницу здесь и повторите.
not-found-title = Не найдено
not-found = Такой страницы нет, или того, о чём она была, больше нет.
invalid-title = Не получилось разобрать
invalid = Что-то в адресе или в форме указано неверно. Вернитесь и проверьте.
method = Так эту страницу запросить нельзя.
invalid-reason = Укажите причину, не длиннее 500 знаков.
invalid-person = Это не идентификатор человека и не его номер в Telegram.
invalid-role = Такой роли нет.
conflict-title = Сделать это нельзя
too-many-title = Слишком много попыток
too-many =
    { $count ->
        [one] Подождите { $count } секунду и попробуйте снова.
        [few] Подождите { $count } секунды и попробуйте снова.
       *[other] Подождите { $count } секунд и попробуйте снова.
    }
internal-title = Что-то сломалось
internal = На сервере произошла ошибка. Она записана в журнал сервера; попробуйте ещё раз.
unavailable = База данных не отвечает. Попробуйте чуть позже.

## Роли

role-owner = владелец
role-admin = администратор
role-moderator = модератор
allowed = Что вам доступно
permission-viewpeople = Видеть людей, их планы и расход
permission-viewmoney = Видеть платежи и стоимость
permission-block = Блокировать и разблокировать людей
permission-endsession = Завершать диалоги
permission-readcontent = Читать диалоги и запросы к моделям, указав причину
permission-readreported = Читать ответы, на которые пожаловались, и принимать решения
permission-viewjournal = Видеть обращения к моделям без содержания
permission-managebilling = Выдавать, продлевать, возвращать деньги, менять планы
permission-exportperson = Выгружать всё о человеке
permission-eraseperson = Удалять человека
permission-viewjobs = Видеть очередь заданий и доставку
permission-jobs = Повторять и отменять задания
permission-broadcast = Писать многим людям через бота
permission-viewaudit = Читать журнал действий
permission-appoint = Назначать и снимать администраторов
permission-settings = Видеть и менять настройки

## Мои сеансы

sessions-about = Браузеры, в которых вы вошли. Сеанс закончится сам после 12 часов без обращений и не позже чем через неделю.
browser = Браузер
address = Адрес
signed-in-at = Вход
last-seen-at = Последнее обращение
this-session = этот
end-session = Завершить
end-other-sessions = Завершить все остальные
flash-session-ended = Сеанс завершён.
flash-sessions-ended = Сеансы завершены.

## Мои ключи доступа

passkeys-about = С ключом доступа (passkey) вы входите без ссылки: устройство или менеджер паролей, где он хранится, проверяет отпечаток, лицо или PIN-код.
passkeys-need = Для ключей доступа нужны скрипты, адрес по https и браузер, который их умеет.
passkeys-no-domain = Ключ доступа привязан к доменному имени, а в адресе http.public_url его нет. Чтобы попробовать на одной машине, укажите там http://localhost с портом и откройте панель по этому адресу.
passkeys-full = У вас уже столько ключей, сколько можно одному человеку. Сначала удалите какой-нибудь.
passkeys-removing = По удалённому ключу больше не войти. Удалите его и там, где он хранится, иначе его будут предлагать и дальше. Сеансы, начатые по нему, продолжаются, пока их не завершат.
passkey-new = Новый ключ
passkey-add = Добавить ключ
passkey-name = Название
passkey-name-hint = Где он хранится, например «Телефон» или «Рабочий ноутбук».
passkey-added-at = Добавлен
passkey-used-at = Последний вход
passkey-unused = ещё не было
passkey-synced = может синхронизироваться
passkey-remove = Удалить
passkey-cancelled = Отменено, или прошло слишком много времени. Попробуйте снова.
passkey-known = Там, где вы хотели сохранить ключ, уже есть ключ от этой панели.
passkey-failed = Браузер не справился. Попробуйте снова или с другого устройства.
passkey-late = Запрос устарел: он действует пять минут и на одну попытку. Вернитесь и начните заново.
invalid-passkey = Браузер прислал не то, что можно принять как ключ доступа. Вернитесь и попробуйте снова.
invalid-passkey-name = Назовите ключ, не длиннее 64 знаков.
flash-passkey-added = Ключ добавлен.
flash-passkey-removed = Ключ удалён.

## Планы, подписки, платежи, рассылки

never = бессрочно
save = Сохранить
refresh = Обновить
download-csv = Скачать CSV
from-day = С дня
to-day = По день
form-faults = Сохранить не получилось: исправьте отмеченные поля.
period-day = день
period-week = неделя
period-month = месяц
period-year = год
period-none = без срока
provider = Продавец
provider-stars = Telegram Stars
provider-google_play = Google Play
provider-grant = выдано
plan-new = Новый план
plan-all = Все планы
plan-limit = Лимит
plan-price = Цена
plan-state = Продажа
plan-offered = продаётся
plan-retired = снят с продажи
plan-name = Имя плана
plan-name-hint = От 1 до 40 знаков: a–z, 0–9, _ и -. Потом его не изменить.
plan-gives = Что даёт
plan-sold = Как продаётся
plan-words = Как называется
plan-usage-limit = Лимит за период
plan-unit = Что считать
plan-period = Период
plan-model = Модель
plan-model-hint = Пусто: та, что настроена у провайдера.
plan-providers = Провайдеры моделей
plan-providers-hint = Через запятую, в порядке обращения. Пусто: все.
plan-longest = Самый длинный ответ, токенов
plan-longest-hint = Пусто: как во всём сервисе.
plan-price-stars = Цена в звёздах Telegram
plan-price-hint = Пусто: за звёзды не продаётся.
plan-product = Товар в Google Play
plan-product-hint = Идентификатор из Play Console. Пусто: там не продаётся.
plan-rank = Место среди планов
plan-rank-hint = Чем выше число, тем лучше план. Пусто: по цене.
plan-is-offered = Можно купить
plan-auto-renew = Новые подписки продлеваются сами
plan-title-ru = Название по-русски
plan-title-en = Название по-английски
plan-description-ru = Описание по-русски
plan-description-en = Описание по-английски
plan-running = Изменить и текущие периоды
plan-running-hint = Они получат модель, провайдеров, самый длинный ответ и более высокий лимит. Без отметки изменятся только новые периоды.
plan-unknown-provider = Провайдер «{ $name }» не настроен: ему некого спросить.
plan-unknown-model = Модель «{ $name }» не названа ни у одного провайдера в настройках: проверьте, что она у них есть.
plan-fault-name = От 1 до 40 знаков: a–z, 0–9, _ и -.
plan-fault-limit = Лимит не бывает отрицательным.
plan-fault-price = Цена: от 1 до 10 000 звёзд.
plan-fault-free-price = У бесплатного плана нет цены.
plan-fault-longest = В ответе хотя бы один токен.
plan-fault-nameless = Имя не может быть пустым.
plan-fault-product-taken = Этот товар уже у другого плана.
plan-fault-title = Не длиннее 32 знаков, в одну строку.
plan-fault-description = Не длиннее 255 знаков, в одну строку.
plan-typed-number = Нужно целое число.
plan-typed-choice = Выберите из списка.
plan-typed-exists = План с таким именем уже есть.
plan-typed-reason = Укажите причину, не длиннее 500 знаков.
flash-plan-made = План создан.
flash-plan-changed = План изменён.
subscription-state = Состояние
subscription-active = действует
subscription-ended = закончилась
subscription-renews = Продлевается сама
subscription-ending = Закончится в ближайшие дни
subscription-used = Использовано
subscription-begins = Начало
subscription-ends = Конец
payment-title = Платёж
payment-kind = Событие
payment-amount = Сумма
payment-charge = Номер платежа
payment-note = Примечание
payment-heard = Стало известно
payment-until = Оплачено до
payment-events = Всё об этой покупке
payment-source = Кто сообщил
payment-said = Слова продавца
payment-paid = Оплачено
payment-refunded = Возвращено
payment-canceled = Продление выключено
payment-resumed = Продление включено
payment-failed = Продление не оплачено
payment-observed = Состояние узнано
payment-extended = Срок продлён
payment-revoked = Отозвано
payment-by-provider = от продавца
payment-by-person = от человека
payment-by-operator = от администратора
payments-sums = Итого
payments-nothing = Ничего не оплачено и не возвращено.
payments-long = Итог считается не больше чем за год и не больше чем по 100 000 платежей. Выберите время короче.
payments-count =
    { $count ->
        [one] { $count } платёж
        [few] { $count } платежа
       *[many] { $count } платежей
    }
refund = Возврат
refund-do = Вернуть деньги
refund-warning = Продавец вернёт человеку эту сумму, и оплаченное ею закончится. Отменить возврат нельзя.
refund-error = Последняя ошибка:
refund-state-asked = Продавец получил просьбу вернуть деньги, но ещё не сделал этого
refund-state-done = Деньги возвращены
refund-state-failed = Вернуть не удалось
refund-done-before = Эти деньги уже возвращены.
refund-not-last = Google Play возвращает только последний платёж покупки.
refund-grant = Выданное ничего не стоит: его можно отозвать.
flash-refund-asked = Просьба о возврате записана: сервис передаст её продавцу за несколько секунд.
broadcast-title = Рассылка
broadcast-new = Новая рассылка
broadcast-all = Все рассылки
broadcast-no-bot = Бот не настроен, поэтому отправить рассылку нельзя.
broadcast-over = Рассылка уже началась или закончилась.
broadcast-written = Написана
broadcast-began = Начата
broadcast-ended = Закончена
broadcast-state = Состояние
broadcast-is-draft = черновик
broadcast-is-running = отправляется
broadcast-is-stopped = остановлена
broadcast-is-done = отправлена
broadcast-text = Текст
broadcast-text-ru = Текст по-русски
broadcast-text-en = Текст по-английски
broadcast-text-hint = Markdown, одно сообщение. Каждый получит текст на своём языке.
broadcast-to = Кому
broadcast-to-hint = Всем, у кого есть личный чат с ботом и кто не заблокирован. Ниже можно выбрать часть из них.
broadcast-since = Писали боту или в приложение с этого дня
broadcast-look = Посмотреть
broadcast-empty = В тексте ничего не видно.
broadcast-long = Текст длиннее одного сообщения: 4096 знаков.
broadcast-no-plan = Такого плана нет.
broadcast-no-day = Это не день.
broadcast-reach =
    { $count ->
        [one] Сообщение получит { $count } человек.
        [few] Сообщение получат { $count } человека.
       *[many] Сообщение получат { $count } человек.
    }
broadcast-reach-more = Сообщение получат многие: посчитаны первые { $count }, но есть и другие.
broadcast-in-ru = По-русски
broadcast-in-en = По-английски
broadcast-progress = Ход рассылки
broadcast-sent = Отправлено
broadcast-closed = Бот заблокирован
broadcast-failed = Не удалось
broadcast-cancelled = Отменено
broadcast-open = Отправляется
broadcast-left = Осталось
broadcast-left-unknown = не посчитано
broadcast-start = Начать рассылку
broadcast-start-warning = Сообщение уйдёт людям. Вернуть отправленное нельзя, можно только остановиться.
broadcast-stop = Остановить
broadcast-stop-warning = Остальные ничего не получат. Продолжить эту рассылку нельзя.
broadcast-discard = Выбросить черновик
broadcast-discard-warning = Черновик останется в списке, но отправить его будет нельзя.
flash-broadcast-started = Рассылка началась.
flash-broadcast-stopped = Рассылка остановлена.

## Администраторы

person-id = Идентификатор
username = Имя в Telegram
telegram-id = Номер в Telegram
appointed-at = Назначение
make-link = Ссылка для входа
end-sessions = Завершить все сеансы
change-role = Сменить роль
remove-role = Снять
remove-role-warning = Человек лишится роли, и все его сеансы завершатся.
appoint = Назначить
appoint-person = Человек
appoint-hint = Идентификатор человека здесь или его номер в Telegram.
appoint-nobody = Такого человека нет. Сначала он должен написать боту или войти в приложение.
appoint-no-role = У человека уже нет роли.
appoint-blocked = Человек заблокирован.
appoint-last-owner = Последнего владельца нельзя ни снять, ни понизить. Сначала назначьте другого владельца.
appoint-own-role = Свою роль никто не повышает.
flash-appointed = Роль выдана.
flash-role-changed = Роль изменена.
flash-role-removed = Роль снята.
link-title = Ссылка для входа
link-for = Ссылка для входа: { $name }
link = Ссылка
link-hint = Она сработает один раз в течение 15 минут и больше не будет показана. Не передавайте её никому другому: вошедший по ней войдёт под этим именем.

## Обзор

as-of = Данные на
days-in = Дни — по часовому поясу
figures-behind = Показатели ещё подсчитываются; всё учтено до
wrong-now = Что сейчас не в порядке
wrong-some = нужно внимание
wrong-nothing = всё в порядке
provider-resting = отдыхает после сбоев
provider-failing = сбоит
provider-some = бывают сбои
provider-well = в порядке
provider-unused = не спрашивали
provider-asked = в работе
provider-lately = Обращения за 15 минут
of-them-failed = с ошибкой
jobs-failing = Задания, которые не удаются и повторяются
jobs-late = Задания, опоздавшие больше чем на 5 минут
jobs-failed = Задания, от которых пришлось отказаться за сутки
deliveries-failing = Доставки, которые не удаются и повторяются
deliveries-late = Доставки, опоздавшие больше чем на 5 минут
deliveries-refused = Доставки, которые Telegram отклонил за сутки
nodes-lost = Пропавшие узлы с незавершёнными ходами
figures = Показатели
figures-table = Показатели за день, неделю и месяц
today = Сегодня
seven-days = 7 дней
thirty-days = 30 дней
active-people = Активные люди
new-people = Новые люди
turns = Ходы
failed-turns = Сбои и обрывы
tokens = Токены
cost = Стоимость
cost-hint = Стоимость обращений — по ценам из настроек, в их валюте.
first-token = До первого токена
first-token-today = До первого токена, сегодня
first-token-month = До первого токена, 30 дней
ms = мс
by-day = По дням
chart-people = Активные и новые люди
chart-turns = Ходы и сбои
chart-tokens = Токены ходов
chart-first-token = Время до первого токена, мс
chart-cost = Стоимость по ценам из настроек
chart-highest = больше всего
chart-nothing = В эти дни ничего не было.
p50 = p50
p95 = p95
p99 = p99
as-table = Таблицей
day = День
by-model = По моделям, 30 дней
by-plan = По планам, 30 дней
share = Доля
name = Название
failures = Сбои

## Задания и доставки

menu-jobs = Задания
menu-deliveries = Доставки
state = Состояние
what = Что
decided-at = Решено
attempts = Попытки
error = Ошибка
next-try = Следующая попытка:
running = выполняется
sending = отправляется
parts-sent = Отправлено сообщений:
doubts = Неясных попыток:
chat = Чат
turn = Ход
retry = Повторить сейчас
cancel = Отменить
job-retry-hint = Задание выполнится сразу; завершённое откроется снова.
job-cancel-warning = Задание не будет выполнено. Всё, что от него зависит, останется как есть.
delivery-retry-hint = Отправится сразу, если в этом чате ничего не ждёт раньше.
delivery-cancel-warning = Остаток не будет отправлен. Сам ответ останется в диалоге.
delivery-answer = Ответ на сообщение
delivery-message = Сообщение бота
act-conflict = Оно уже завершилось, как раз выполняется, или открыто другое такое же.
flash-retried = Повторяем.
flash-cancelled = Отменено.
jobs-state-failing = Не удаются
jobs-state-open = Открытые
jobs-state-failed = Не выполнены
jobs-state-ended = Завершённые
deliveries-state-failing = Не удаются
deliveries-state-open = Открытые
deliveries-state-refused = Отклонённые
deliveries-state-ended = Завершённые
job-outcome-done = выполнено
job-outcome-failed = не выполнено
job-outcome-cancelled = отменено
delivery-outcome-sent = отправлено
delivery-outcome-refused = отклонено
delivery-outcome-closed = чат закрыт
delivery-outcome-cancelled = отменено
job-kind-plan-ended = Сообщить, что план закончился
job-kind-set-renewal = Включить или выключить продление
job-kind-refund = Вернуть платёж
job-kind-give-back = Вернуть звёзды
job-kind-ask-google = Спросить Google о покупке
job-kind-voided = Учесть возврат, сделанный Google
job-kind-acknowledge = Подтвердить покупку в Google
job-kind-push = Сообщить браузеру об ответе

## Обращения к моделям

menu-journal = Обращения
from = С
until = До
outcome = Итог
with-error = с ошибкой
without-error = без ошибки
status-code = Статус HTTP
error-begins = Ошибка начинается с
slower-than = Не быстрее, мс
model = Модель
model-provider = Провайдер
failed = ошибка
answered = ответ получен
first-token-ms = Первый токен, мс
whole-ms = Всего, мс
prompt-tokens = Токены запроса
answer-tokens = Токены ответа
looked-at =
    { $count ->
        [one] Здесь просмотрено { $count } обращение. «Старше» ищет дальше.
        [few] Здесь просмотрено { $count } обращения, подходят немногие. «Старше» ищет дальше.
       *[other] Здесь просмотрено { $count } обращений, подходят немногие. «Старше» ищет дальше.
    }
attempt-title = Обращение к модели
open-person = Страница человека
attempts-of-person = Обращения этого человека
message = Вопрос
tokens-estimated = посчитаны здесь, провайдер не сообщил
request = Запрос
response = Ответ
content = Что было сказано
content-warning = Откроется на полчаса в этом сеансе. Причина останется в журнале действий.
read-content = Открыть
open-until = Открыто с записью в журнале действий до
hash-right = как было отправлено
hash-wrong = не то, что отправлялось
not-kept = Не сохранилось: истёк срок хранения, или это не было известно.
as-curl = Командой; ключ — в переменной API_KEY

## Настройки

menu-settings = Настройки
settings-hint = С чем запущен сервис; секреты скрыты. Всё, кроме первого раздела, меняется в файле настроек и перезапуском.
settings-live = Меняется на ходу
settings-live-hint = Действует сразу, на всех узлах. Что совпадает с файлом настроек, следует за ним и дальше.
settings-configured = В файле настроек:
settings-changed = Изменено здесь
setting-companion-name = Имя собеседника
setting-companion-gender = Пол собеседника
setting-companion-age = Возраст собеседника (0 — не указан)
setting-llm-system-text = С чего начинается каждый разговор
setting-service-support = К кому обращаться о платежах
setting-service-terms-url = Где лежат условия
setting-fault-companion-name = От 1 до 64 знаков в одну строку.
setting-fault-companion-gender = Одно из предложенного.
setting-fault-companion-age = Число от 0 до 120.
setting-fault-llm-system-text = Не больше 20 000 знаков, без управляющих символов.
setting-fault-service-support = Не больше 500 знаков в одну строку.
setting-fault-service-terms-url = Адрес с https://, не длиннее 500 знаков, или ничего.
flash-settings-changed = Настройки изменены.
program = Программа
version = Версия
database = База данных
schema-version = Схема: в базе / известная
role-of-node = Роль узла:
since = с
nodes = Узлы
node = Узел
started-at = Запуск
lease-until = Аренда до
lease-over = аренда истекла
this-node = этот
internal-url = Внутренний адрес
providers = Провайдеры
providers-none = Модель не настроена: отвечает встроенная демонстрация.
configuration = Настройки
key = Ключ
value = Значение

## Расход

menu-usage = Расход
first-day = Первый день
last-day = Последний день
invalid-range = Выберите не больше 366 дней, первый раньше последнего.
usage-hint = Прошедший день подытоживается через три часа после его конца и больше не меняется.
usage-behind = Более ранние дни ещё подсчитываются: загляните через минуту.
answered-turns = Ходы с ответом
dialogues-begun = Начато диалогов
all-days = Все дни
to-days = К дням

## Журнал действий

audit-actor = Кто
audit-subject = С кем
audit-action = Что
nobody-panel = неизвестный
nobody-cli = командная строка
nobody-bot = бот
nobody-system = сервис
via-panel = панель
via-cli = командная строка
via-bot = бот
via-system = сервис
action-signed-in = Вход
action-sign-in-failed = Неудачный вход
action-signed-out = Выход
action-session-revoked = Сеанс завершён
action-sessions-revoked = Все сеансы завершены
action-session-reused = Старый ключ предъявлен снова: сеанс завершён
action-link-made = Создана ссылка для входа
action-passkey-added = Добавлен ключ доступа
action-passkey-removed = Удалён ключ доступа
action-appointed = Назначение
action-role-changed = Роль изменена
action-role-removed = Роль снята
action-blocked = Блокировка
action-unblocked = Разблокировка
action-device-revoked = Завершён вход на устройстве
action-exported = Выгружены данные человека
action-downloaded = Скачан список
action-erased = Человек удалён
action-granted = Выдан план
action-extended = Продлён план
action-subscription-revoked = Отозван план
action-dialogue-opened = Диалог открыт для чтения
action-dialogue-ended = Диалог завершён
action-report-decided = Решение по жалобе
action-plan-made = План создан
action-plan-changed = План изменён
action-refund-asked = Запрошен возврат денег
action-broadcast-written = Рассылка написана
action-broadcast-started = Рассылка начата
action-broadcast-stopped = Рассылка остановлена
action-settings-changed = Настройки изменены
action-payload-read = Открыто обращение к модели для чтения
action-job-retried = Повтор задания
action-job-cancelled = Задание отменено
action-delivery-retried = Повтор доставки
action-delivery-cancelled = Доставка отменена
action-refused = Отказ: роль не позволяет
action-cross-origin = Отказ: запрос с другого сайта
