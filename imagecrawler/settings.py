"""The settings of the project, in the order in which one tunes a crawl.

Names are Scrapy's where Scrapy has one (docs.scrapy.org/en/latest/topics/settings.html).
Override any of them with ``-s NAME=VALUE``; the README has all in one table, and profiles to paste.
"""

# -- who asks, and how often ------------------------------------------------------------------
USER_AGENT = "imagecrawler/0.1"  # robots.txt may name "imagecrawler"
CONTACT = ""  # a URL or an e-mail address by which you can be reached: added to USER_AGENT
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 8
CONCURRENT_REQUESTS_PER_DOMAIN = 2
DOWNLOAD_DELAY = 0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
HOST_REQUESTS_PER_DAY = 0  # of each host, in a day of UTC, over all runs; 0: no limit
HOST_BYTES_PER_DAY = 0

# -- the store --------------------------------------------------------------------------------
IMAGES_STORE = "data"  # under scrapyd: an absolute path
STORE_FSYNC = True  # False: survives the death of the process, not the loss of power

# -- the images -------------------------------------------------------------------------------
IMAGES_WIDTHS = [600, 1200]  # "original" keeps the bytes as they came, and SVG
IMAGES_QUALITY = 85
IMAGES_FORMAT = None  # None keeps the kind; "jpeg", "png", "webp", "avif" force one
# What looks like a stored picture (a rendition, a slight re-encoding): "mark" it in its record;
# "keep-largest": only the one with more pixels keeps its files; "off".
IMAGES_NEAR_DUPLICATES = "mark"
IMAGES_NEAR_DISTANCE = 7  # bits of 64 that may differ; see benchmarks/README.md for what that finds
# One for each core when 0. Each may map 1 GiB and 16 bytes for each of IMAGES_MAX_PIXELS (2.7 GB).
IMAGES_WORKERS = 0  # processes that decode and encode
IMAGES_MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024  # in or before a worker: then no more are asked for
IMAGES_TIMEOUT_SECONDS = 60.0  # for one image in a worker

# -- which of them are kept: each but the last is an argument too, -a image_min_width=600 ------
IMAGES_KINDS = "all"  # or some of jpeg, png, gif, webp, avif, bmp, tiff, svg: "jpeg,png"
# What an image is for: content, logo, icon, sprite, avatar, ad, furniture (on most of a site's
# pages), tracker. Those not listed are recorded and not fetched; "-tracker,-ad": all but these.
IMAGES_CLASSES = "-tracker"
IMAGES_MIN_WIDTH = 0  # pixels, of the image as it came, upright
IMAGES_MIN_HEIGHT = 0
IMAGES_MAX_WIDTH = 0  # 0: no limit, as for all that follow
IMAGES_MAX_HEIGHT = 0
IMAGES_MIN_BYTES = 0  # of the file as it came
IMAGES_MAX_BYTES = 0  # DOWNLOAD_MAXSIZE is a ceiling too
IMAGES_MIN_ASPECT = 0  # width / height: 0.5 or "1:2"
IMAGES_MAX_ASPECT = 0
IMAGES_MAX_PIXELS = 100_000_000  # width times height: what a decoder may be asked to hold

# -- pages that a browser shows: -a render=auto|always|never ----------------------------------
BROWSER_EXECUTABLE = ""  # a path or a command; "": Playwright's own Chromium, else the system's
PLAYWRIGHT_LAUNCH_OPTIONS: dict[str, object] = {}  # added to ours, but for the proxy
PLAYWRIGHT_MAX_PAGES_PER_CONTEXT = 4  # pages being rendered at once
RENDER_PAGES_PER_CONTEXT = 50  # then a new context: Chromium keeps something of each page
RENDER_MAX_SECONDS = 30.0  # for scrolling through one page; one that hangs costs 10 more

# -- paged sources: scrapy crawl feed ---------------------------------------------------------
SOURCE_MAX_AGE_SECONDS = 6 * 3600  # no newest page is read less often, whatever else is said here
SOURCE_REQUESTS_PER_HOUR = 20.0  # polls of all newest pages together, shared by how much they bring
SOURCE_LOW_WATER = (
    200  # images to keep ready: what one pass looks for, and a wall's viewer has ahead
)
SOURCE_FORGET_SECONDS = 3 * 3600  # after which policy=forget begins anew
# With watch=1 hubs tell of news (WebSub). The URL below which they reach this crawl, "": they do
# not; and where it listens: a server of yours leads the one to the other.
WEBSUB_CALLBACK = ""  # https://example.org/websub/
WEBSUB_LISTEN = "127.0.0.1:8765"

# -- failures: the ledger retries, one request a try ------------------------------------------
RETRY_ENABLED = True
RETRY_TIMES = 2
RETRY_DELAY_SECONDS = 5.0  # before the first retry; four times as long before each further one
RETRY_WAIT_SECONDS = 60.0  # a run waits for tries due within this time, then ends

# -- long runs: pauses, and what ends them ----------------------------------------------------
STORE_FREE_BYTES = 1024**3  # below it a crawl pauses; at most a 20th of the disk; 0: no floor
HOST_AWAY_SECONDS = 600.0  # a host that went away is left alone so long before failures count
PAUSE_MAX_SECONDS = 3600.0  # without network or room on the disk for so long, a run ends
PAUSE_CHECK_SECONDS = 5.0  # until it looks again; twice as long each time, up to a minute
STALL_SECONDS = 900.0  # nothing ended for so long: given up, or the run ends; 0: no watchdog

# -- ceilings on what the web may cost --------------------------------------------------------
DOWNLOAD_TIMEOUT = 60  # name, connection, headers and body together
DNS_TIMEOUT = 20
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
PAGE_MAX_BYTES = 10 * 1024 * 1024
DEPTH_LIMIT = 1000
URLLENGTH_LIMIT = 2000
QUERIES_PER_PATH_LIMIT = 10_000  # URLs of one path that differ in the query alone
# Style sheets of the site itself are read for the images that they name, so many of one host in a
# run, each once for a store; 0: none.
STYLE_SHEETS_PER_HOST_LIMIT = 100
BARREN_PAGES_LIMIT = 250  # pages in a row, alike but for numbers, that show nothing new; 0: none
REDIRECT_MAX_TIMES = 10
METAREFRESH_MAXDELAY = 2  # seconds; a page that stays longer is read, and where it leads followed
ALLOWED_NETWORKS: list[str] = []  # private networks that may be crawled, as CIDR: ["10.0.0.0/8"]

# -- sites of your own: what they are told, and what no other is told -------------------------
COOKIES_FILE = ""  # cookies.txt (Netscape), or a storage state of Playwright
HEADERS_FILE = ""  # [https://example.com], and below it a header a line
HTTPPROXY_URL = ""  # http://name:password@host:3128; "": the environment's http_proxy, as ever

# -- how it is put together -------------------------------------------------------------------
BOT_NAME = "imagecrawler"
SPIDER_MODULES = ["imagecrawler.spiders"]
NEWSPIDER_MODULE = "imagecrawler.spiders"
COMMANDS_MODULE = "imagecrawler.commands"
LOG_LEVEL = "INFO"
LOG_FORMATTER = "imagecrawler.extensions.log_lines.NeededLogFormatter"
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"  # the ledger and the summary say what was not stored
SCHEDULER = "imagecrawler.coordinator.scheduler.StoreScheduler"
DUPEFILTER_CLASS = "imagecrawler.coordinator.dupefilter.StoreDupeFilter"
ITEM_PIPELINES = {
    "imagecrawler.pipelines.pages.PagesPipeline": 800,
    "imagecrawler.pipelines.images.ImageStorePipeline": 900,
}
DOWNLOAD_HANDLERS = {
    "http": "imagecrawler.handlers.http.GuardedHTTPHandler",
    "https": "imagecrawler.handlers.http.GuardedHTTPHandler",
    "render": "imagecrawler.handlers.rendering.RenderingHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "imagecrawler.handlers.resolver.CachingNameResolver"
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "imagecrawler.middlewares.rendering.RenderingMiddleware": 50,
    "imagecrawler.middlewares.robots.RobotsMiddleware": 100,
    "imagecrawler.middlewares.site_headers.SiteHeadersMiddleware": 380,
    "imagecrawler.middlewares.cookies.LoginCookiesMiddleware": 700,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "imagecrawler.middlewares.refresh.RefreshMiddleware": 580,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "imagecrawler.middlewares.proxy.ProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    # The ledger owns retries, the frontier owns scope.
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
}
ROBOTSTXT_PARSER = "imagecrawler.middlewares.robots_parser.RFC9309RobotParser"
EXTENSIONS = {
    "imagecrawler.extensions.manners.Manners": 500,  # after AutoThrottle
    "imagecrawler.extensions.progress.Progress": 500,
    "imagecrawler.extensions.disk_floor.DiskFloor": 500,
    "imagecrawler.extensions.network.NetworkWatch": 500,
    "imagecrawler.extensions.watchdog.Watchdog": 500,
}
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
WARN_ON_GENERATOR_RETURN_VALUE = False  # parses the source of a callback with every page
CONCURRENT_ITEMS = 1  # a page is one item, an image too: so many tasks are made for each
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 128 * 1024 * 1024  # bytes of responses being worked on
REACTOR_THREADPOOL_MAXSIZE = 20  # name look-ups
FEED_EXPORT_ENCODING = "utf-8"
