// What buttons are called. `LABELS` is that of words.txt, put in by Python.
const MORE_LABELS = new RegExp(`^[^\\p{L}]*(?:${LABELS})[^\\p{L}]*$`, "iu");
// Names that programmers give such buttons.
const MORE_NAMES = /(?:load|show|view|see|fetch)[-_]?more|more[-_]?(?:button|btn|link|items|posts|results|photos|images)|(?:btn|button)[-_]?more/i;
// Presses that mean something else, whatever the button is called.
const OTHER_LABELS = /\b(?:log|sign) ?-?(?:in|out|up)\b|\bcart\b|basket|\bbuy\b|checkout|\border\b|subscri|newsletter|\bshare\b|follow|comment|\brepl(?:y|ies)\b|delete|remove|report|download|print|accept|cookie|\bless\b|about|read more|learn more|more info|find out|erfahren|lesen|savoir|leer más|leggi|warenkorb|anmelden|kaufen/i;
