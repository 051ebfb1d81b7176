// What the made mail talks about, in several scripts. Only words and names that nobody owns.

type Words = readonly [string, ...string[]];

export const ENGLISH: Words = words(`
  about account after again agenda amount answer approve archive arrive attach before below budget build calendar call
  cancel change check client close collect colleague comment company confirm contact contract copy cost customer date
  deadline decide delay deliver detail discuss document draft during early edit email evening every expect final find
  follow forward friday group happy hello help holiday hour hope house idea include inform invoice item january join keep
  know late launch leave letter list little long look lunch machine make manager market meeting message monday month
  morning move name need never next note number offer office open order other page paid paper pass payment people person
  phone plan please point possible present price print problem product project proposal quarter question quick read
  receive regards release remind reply report request result return review room sample schedule second send service share
  ship short sign site soon start status still subject supply support table team thank their ticket time today tomorrow
  total travel tuesday update until urgent value version visit wait warm week welcome where which window with work write
  year yesterday your`);

export const GERMAN: Words = words(
  'Grüße für Übergabe größer schließen Verträge Rechnung nächste Woche Büro möchten können Straße',
);
export const FRENCH: Words = words(
  'déjà réunion être façade où garçon reçu modèle coût prévu août élève noël',
);
export const RUSSIAN: Words = words(
  'привет заказ счёт оплата встреча доставка вопрос ответ спасибо договор неделя',
);
export const JAPANESE: Words = words('会議 資料 請求書 添付 確認 東京 予定 お願いします 本日 明日 連絡');
export const CHINESE: Words = words('会议 文件 发票 附件 确认 北京 计划 请 今天 明天 联系 数据');
export const SYMBOLS: Words = words('— “quoted” … 👍 🎉 naïve ≥ € 100 % São Paulo łódź');

export const FIRST_NAMES: Words = words('Ada Bruno Chen Dora Émile Fatima Grete Hiro Ines Jürgen Kofi Lena');
export const LAST_NAMES: Words = words(
  "Abel Bianchi Čapek Duarte Eriksen Fischer Gómez Horvat O'Neil Petrov Sato",
);
export const DOMAINS: Words = words(
  'alpha.example beta.example mail.gamma.example delta.test news.epsilon.test shop.zeta.example eta.invalid',
);

/** Lines of source and prose that begin with a dot: POP3 has to stuff them. */
export const DOT_LINES: Words = ['.profile', '..', '...and so on', '.', '.5 hours', '.class { color: red }'];

function words(text: string): Words {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  return [first, ...rest];
}
