"""Words after which nobody has finished, and words that are a whole answer, in English, Ukrainian and Russian. Data.

General to each language and nothing of a shop. Lower case, normalized as callcenter.dialogue.words does.
"""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in text.split())


OPEN = _words("""
    a an the my your our their its every whose
    to for from of in on at with without by about into than as per via between under over before after until since
    and or but nor so because if while whether though although unless
    is are was were am be been i'm it's that's there's he's she's we're you're they're i've we've i'd i'll we'd we'll
    i we he she they very quite let another several
    get need want buy take bring send give show tell recommend prefer include including
    where's what's says said except besides plus around almost only
    і й та або чи але а щоб якщо бо тому оскільки хоча який яка яке які ніж
    в у на до з із зі від для про по за під над між через біля без після перед при о об
    біля протягом замість окрім крім навпроти щодо стосовно якщо коли поки навіть майже приблизно
    мій моя моє мої моєї моєму мого моїх ваш ваша ваше ваші вашої вашого вашому наш наша
    я ми він вона вони не дуже лише тільки
    и или но а чтобы если потому поскольку хотя какой какая какое какие чем
    в во на до с со из от для о об про по за под над между через возле без после перед при к ко у
    около вместо кроме насчет даже почти примерно пока
    мой моя мое мои моей моему моего моих ваш ваша ваше ваши вашей вашего вашему наш наша
    я мы он она они не очень лишь только
""")
"""As the last word: more comes."""

OPEN_PHRASES = _words("""
    me_that think_that know_that said_that sure_that heard_that so_that i_need i_want i_would_like i'd_like
    we_need we_want you_have we_have have_you_got to_order to_buy to_book to_get to_see to_find to_change
    to_return i_am_looking i'm_looking can_you could_you would_you can_you_please could_you_please
    can_you_tell_me could_you_tell_me tell_me show_me give_me i_bought i_ordered i_was_wondering i_want_to_know
    to_know to_check to_ask looking_for_a_set going_to want_to need_to like_to please_tell_me order_number
    where_can_i when_can_i how_can_i i_think i_guess
    told_me tell_you told_us told_him told_her asked_me let_me i_mean you_know it_says side_says kind_of sort_of
    the_thing_is the_problem_is the_question_is what_i_need_is what_i_want_is my_name_is number_is size_is address_is
    because_of instead_of in_front_of out_of as_well_as as_long_as in_case do_you_have you_guys_have have_any
    how_much_is how_much_are how_much_would how_long_does how_long_will when_does when_will when_do
    я_хочу чи_можна мені_потрібні мені_потрібна мені_потрібно мені_потрібен нам_потрібні хотів_би хотіла_б
    би_замовити би_купити би_дізнатися би_записатися хочу_замовити хочу_купити хочу_дізнатися скажіть
    скажіть_будь_ласка підкажіть підкажіть_будь_ласка чи_є_у_вас у_вас мій_номер номер_замовлення тому_що так_як
    мене_звати адреса
    в_мене у_мене в_нас у_нас в_вас є_у_вас мені_треба нам_треба мені_сказали ви_казали вони_кажуть справа_в_тому
    взагалі_то я_б_хотів я_б_хотіла хотів хотіла хотіли_б можна можу можете могли_б машина_в_мене розмір_такий
    а_скільки скільки_буде коли_буде
    я_хочу можно_ли мне_нужны мне_нужна мне_нужно мне_нужен нам_нужны хотел_бы хотела_бы бы_заказать бы_купить
    бы_узнать бы_записаться хочу_купить хочу_узнать хочу_заказать скажите скажите_пожалуйста подскажите
    у_меня у_нас мне_надо нам_надо мне_сказали вы_говорили они_говорят дело_в_том вообще_то в_течение мне_бы нам_бы
    я_бы_хотел я_бы_хотела хотел хотела хотели_бы могу можете могли_бы машина_у_меня размер_такой
    а_сколько сколько_будет когда_будет когда_будут
    подскажите_пожалуйста есть_ли_у_вас у_вас мой_номер номер_заказа потому_что так_как меня_зовут адрес
""")
"""As the last words: what was announced is missing."""

HESITATIONS = _words("well um uhm umm uh uhh er erm hm hmm mm ah eh е ее ем емм ммм гм ну э ээ эм эмм хм")
"""As the last word: the caller thinks."""

WHOLE: frozenset[str] = _words("""
    not_really i_do i_don't i_can i_can't i_will i_have yes_i_do yes_i_can yes_i_have no_i_don't not_any
    yes yeah yep sure of_course yes_please no nope no_thanks no_thank_you thanks thank_you thank_you_very_much okay ok
    bye goodbye bye_bye right correct exactly that's_all that_is_all that_is_all_thank_you nothing_else operator
    operator_please repeat repeat_please never_mind
    так ні дякую так_звичайно звичайно добре гаразд до_побачення дякую_до_побачення оператора це_все ні_дякую
    да нет спасибо да_конечно конечно хорошо ладно до_свидания спасибо_до_свидания это_все нет_спасибо
""")
"""As all that was said: an answer."""

OPENERS = _words("""
    well hello hi hey good_morning good_afternoon добрий_день доброго_дня вітаю здравствуйте добрый_день алло
    so listen look excuse_me sorry okay_so let_me_see i_don't_know i_do_not_know not_sure i'm_not_sure
    слухайте дивіться вибачте так_от не_знаю я_не_знаю та_я_не_знаю ну_я_не_знаю не_впевнений
    слушайте смотрите извините так_вот я_не_знаю да_я_не_знаю ну_я_не_знаю не_уверен
""")
"""As all that was said: often, but not always, something comes after it."""

HALF_OPEN = _words("""
    when who why where how only also then maybe perhaps both what which
    any some no other mean means like called named got has have had will would could can should must may might did do
    does don't didn't won't can't wasn't isn't aren't actually basically just really probably either neither
    то там десь где можна можно треба надо потрібно нужно хочу хотів хотіла хотел хотела
    коли хто чому де куди як тільки також потім мабуть когда кто почему где куда как только также потом наверное
""")
"""As the last word of more than one: it may be the end as well."""

STRANDING = _words("what which who how where які яка який яке скільки що какие какая какой какое сколько что")
"""As the first word: what would be an open end may be none ("what is it for", "which ones do you have")."""

SHORT_ANSWERS = frozenset({"yes", "no", "yeah"})
"""As the first word: so may "is" and "am" ("yes it is")."""

NUMBER_JOINTS = frozenset({"and", "r", "by", "на"})
"""Inside a number or a tire's size."""

QUESTIONS = _words("""
    where what how when which who why can could do does is are will would
    де що як коли який яка скільки чи чому хто где что как когда какой какая сколько почему кто есть можно
""")
"""As the first word: a question, which has an end that one hears."""

NUMBERS: Mapping[str, int] = {
    word: value
    for words, values in (
        ("zero oh one two three four five six seven eight nine", (0, 0, *range(1, 10))),
        ("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", range(10, 20)),
        ("twenty thirty forty fifty sixty seventy eighty ninety hundred", range(20, 101, 10)),
        ("нуль один два три чотири п'ять шість сім вісім дев'ять", range(10)),
        ("десять одинадцять дванадцять тринадцять чотирнадцять п'ятнадцять", range(10, 16)),
        ("шістнадцять сімнадцять вісімнадцять дев'ятнадцять", range(16, 20)),
        ("двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто сто", range(20, 101, 10)),
        ("двісті триста", (200, 300)),
        ("ноль один два три четыре пять шесть семь восемь девять", range(10)),
        ("десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать", range(10, 16)),
        ("шестнадцать семнадцать восемнадцать девятнадцать", range(16, 20)),
        ("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто", range(20, 101, 10)),
        ("двести триста", (200, 300)),
    )
    for word, value in zip(words.split(), values, strict=True)
}
