// What "load more" is called, by language. Each is a whole label, but for marks around it and
// the number or the noun that may follow where it says `~`.
const MORE_LABELS = new RegExp(`^[^\\p{L}]*(?:${[
  /* any */ "more", "load more ~", "show more ~", "view more ~", "see more ~", "get more ~", "browse more ~",
  "(?:load|show|view|see) (?:all|next) ~", "more (?:photos|pictures|images|results|posts|items|works|products) ~", "next \\d+ ~",
  /* de */ "mehr", "mehr (?:laden|anzeigen|zeigen|sehen|ansehen|bilder|fotos|ergebnisse) ~", "weitere ~", "(?:\\p{L}+ )?(?:mehr|weitere|alle) ~(?:laden|anzeigen|zeigen|ansehen)", "(?:\\p{L}+ )?nachladen",
  /* fr */ "(?:afficher|voir|charger|montrer|en voir) (?:plus|la suite|davantage) ~", "plus de ~", "plus d['’]~", "voir plus",
  /* es, ca */ "(?:cargar|ver|mostrar|carregar|mostra'n) (?:más|mas|més) ~", "más (?:fotos|imágenes|resultados) ~",
  /* pt, gl */ "(?:carregar|ver|mostrar|exibir|veja) mais ~", "mais (?:fotos|imagens|resultados) ~",
  /* it, ro */ "(?:mostra|carica|vedi|visualizza) (?:altr[oiae]|di più|ancora|più) ~", "(?:încarcă|arată|afișează|vezi) mai mult[ei]? ~",
  /* nl, af */ "(?:toon |laad |bekijk |zie |laai )?meer ~", "meer (?:laden|tonen|weergeven) ~",
  /* sv, no, da, is */ "(?:visa|ladda|se|hämta|vis|last|last inn|indlæs|hent) (?:fler|mer|mere|flere) ~", "sækja meira", "sýna meira",
  /* fi, et */ "(?:näytä|lataa|katso) lisää ~", "lisää ~", "(?:näita|lae) rohkem ~", "laadi rohkem",
  /* pl, cs, sk */ "(?:pokaż|załaduj|wczytaj|zobacz) więcej ~", "(?:načíst|zobrazit|ukázat) (?:další|více) ~", "(?:načítať|zobraziť) (?:ďalšie|viac) ~",
  /* hu, lt, lv */ "(?:további|több|még több) ~", "(?:rodyti|įkelti) daugiau ~", "(?:rādīt|ielādēt) vairāk ~",
  /* hr, sr, sl, bg */ "(?:prikaži|učitaj|naloži|pokaži) (?:više|još|več) ~", "(?:прикажи|учитај) (?:више|још) ~", "(?:покажи|зареди|виж) (?:още|повече) ~",
  /* ru, uk */ "(?:показать|загрузить|смотреть|посмотреть|подгрузить) (?:ещ[её]|больше|все) ?~", "ещ[её] ~", "(?:показати|завантажити|переглянути) (?:ще|більше) ~",
  /* el, tr, az */ "(?:φόρτωση |προβολή |δείτε )?περισσότερ(?:α|ων|ες) ~", "daha fazla(?:sını)? ~", "devamını (?:gör|yükle|göster)", "daha çox ~",
  /* ar, fa, he */ "(?:تحميل|عرض|شاهد|إظهار|اظهر|أظهر) ?(?:ال)?مزيد ~", "(?:ال)?مزيد ~", "(?:نمایش|بارگذاری|مشاهده) (?:بیشتر|موارد بیشتر) ~", "(?:טען|הצג|ראה) (?:עוד|יותר) ~",
  /* hi, bn, th */ "(?:और|अधिक) (?:देखें|लोड करें|दिखाएं|दिखाएँ) ~", "आरও ~", "(?:โหลด|ดู|แสดง)เพิ่ม(?:เติม)?~",
  /* vi, id, ms, tl */ "(?:xem|tải|hiển thị) thêm ~", "(?:muat|lihat|tampilkan|papar|tunjuk) (?:lebih|lagi|lainnya|selengkapnya) ~", "(?:muat )?lebih banyak ~",
  /* ja, zh, ko */ "(?:もっと|さらに|続きを)(?:見る|読み込む|表示|みる)?(?:する)?~", "(?:点击|點擊)?(?:加载|加載|載入|显示|顯示|查看|浏览|看)?更多~", "더 ?보기~", "더 (?:불러오기|많은) ?~", "(?:\\p{L}+ )더 ?보기",
].join("|").replaceAll(" ~", "(?: .{0,24})?").replaceAll("~", ".{0,12}")})[^\\p{L}]*$`, "iu");
// Names that programmers give such buttons.
const MORE_NAMES = /(?:load|show|view|see|fetch)[-_]?more|more[-_]?(?:button|btn|link|items|posts|results|photos|images)|(?:btn|button)[-_]?more/i;
// Presses that mean something else, whatever the button is called.
const OTHER_LABELS = /\b(?:log|sign) ?-?(?:in|out|up)\b|\bcart\b|basket|\bbuy\b|checkout|\border\b|subscri|newsletter|\bshare\b|follow|comment|\brepl(?:y|ies)\b|delete|remove|report|download|print|accept|cookie|\bless\b|about|read more|learn more|more info|find out|erfahren|lesen|savoir|leer más|leggi|warenkorb|anmelden|kaufen/i;
