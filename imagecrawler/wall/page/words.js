// Numbers, instants and addresses as people read them. Pure but for the reader's language.

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const counts = new Intl.NumberFormat("en");
const dates = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const UNITS = [
  ["year", 31_557_600], ["month", 2_629_800], ["week", 604_800], ["day", 86_400],
  ["hour", 3_600], ["minute", 60],
];

export const count = (number) => (Number.isFinite(number) ? counts.format(number) : "–");

// "3 hr. ago"; "" for what is no instant.
export const age = (instant, now) => {
  const seconds = (instant - now) / 1000;
  if (Number.isNaN(seconds)) return "";
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? [];
  return unit ? relative.format(Math.round(seconds / size), unit) : "just now";
};

export const date = (instant) => (Number.isNaN(+instant) ? "" : dates.format(instant));

export const bytes = (number) => {
  if (!Number.isFinite(number)) return "–";
  const power = Math.max(0, Math.min(4, Math.floor(Math.log(number || 1) / Math.log(1000))));
  const value = number / 1000 ** power;
  return `${value < 10 && power ? value.toFixed(1) : Math.round(value)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
};

export const plural = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;

// The address if it is one that a link may have: http or https. Null for all else, javascript: too.
export const webAddress = (text) => {
  if (typeof text !== "string" || !URL.canParse(text)) return null;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) ? url.href : null;
};

export const hostOf = (text) => {
  const address = webAddress(text);
  return address ? new URL(address).host.replace(/^www\./, "") : "";
};
