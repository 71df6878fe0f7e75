# ruff: noqa: E501 - markup is not wrapped
"""The bodies of realistic pages, which show all they have, and which scripts build."""

TEXT = (
    "<p>" + "Of the old harbour only the crane is left, and the crane is for sale. " * 12 + "</p>"
)
PHOTOS = "".join(
    f'<a href="/p/{n}"><img src="/photos/{n}.jpg" alt="Photo {n}"></a>' for n in range(9)
)
JQUERY = '<script src="/js/jquery-3.7.1.min.js"></script>'
BUNDLE = '<script type="module" crossorigin src="/assets/index-4f3a.js"></script>'
ANALYTICS = (
    '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script><script>'
    "window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}"
    "gtag('js',new Date());</script>"
)
PIXEL = (
    "<script>!function(f,b,e){n=f.fbq=function(){};t=b.createElement(e);t.async=!0;"
    "t.src='https://connect.facebook.net/en_US/fbevents.js'}(window,document,'script');</script>"
    '<noscript><img height="1" width="1" style="display:none" '
    'src="https://www.facebook.com/tr?id=1&ev=PageView&noscript=1"></noscript>'
)

STATIC = {
    "no script at all": "<h1>Harbour</h1><div id=app></div><div class=gallery></div>",
    "a blog with analytics": f"<article>{TEXT}<img src=/a.jpg></article>{JQUERY}{ANALYTICS}{PIXEL}",
    "a text without pictures": f"<main>{TEXT}</main>{JQUERY}<script src=/js/theme.js></script>",
    "a text with a mark for a search application": f'{TEXT}<div id="search"></div>{BUNDLE}',
    "a gallery with a light box": f'<div class="gallery">{PHOTOS}</div><script src=/js/photoswipe.min.js></script>',
    "a light box that waits for a press": (
        f'<div class="gallery">{PHOTOS}</div><div id="lightbox"><img src="" alt=""></div>{JQUERY}'
    ),
    "Alpine's light box": f'<div x-data="{{}}">{PHOTOS}<img :src="current"></div><script src=/alpine.js></script>',
    "slides of Swiper in the markup": (
        f'<div class="swiper"><div class="swiper-wrapper">{PHOTOS}</div></div>'
        '<script src=/swiper-bundle.min.js></script><script>new Swiper(".swiper")</script>'
    ),
    "lazy images that name their sources": (
        "".join(
            f'<img class=lazyload src="data:image/gif;base64,R0" data-src="/{n}.jpg">'
            for n in range(8)
        )
        + "<script src=/js/lazysizes.min.js async></script>"
    ),
    "lazy images of WordPress": (
        '<figure><img src="data:image/svg+xml,%3Csvg%3E" data-lazy-src="/a.jpg"><noscript>'
        f'<img src="/a.jpg"></noscript></figure>{TEXT}{JQUERY}'
    ),
    "lazy images with sources of their own name": (
        "".join(
            f'<img src="data:image/gif;base64,R0" data-origin-url="/{n}.jpg">' for n in range(8)
        )
        + JQUERY
    ),
    "Next.js, rendered by the server": (
        f'<div id="__next"><main>{PHOTOS}</main></div>'
        '<script id="__NEXT_DATA__" type="application/json">{"props":{"photos":["/a.jpg"]}}</script>'
        '<script src="/_next/static/chunks/main-1f.js" defer></script>'
    ),
    "Nuxt, rendered by the server, text": (
        f'<div id="__nuxt"><article>{TEXT}</article></div><script>window.__NUXT__={{}}</script>'
        '<script src="/_nuxt/entry.3f.js" type="module"></script>'
    ),
    "Gatsby with its noscript": (
        '<div id="___gatsby"><div class="gatsby-image-wrapper"><noscript><img src="/a.jpg"></noscript>'
        f'<img data-src="/a.jpg"></div>{TEXT}</div><script src="/app-3e.js" async></script>'
    ),
    "Angular, rendered by the server": (
        f'<app-root ng-version="20.0.0">{PHOTOS}</app-root><script src="main.3f.js" type="module"></script>'
    ),
    "a shop that asks for JavaScript in passing": (
        f"<noscript>For the best experience, please enable JavaScript.</noscript>{PHOTOS}{TEXT}{JQUERY}"
    ),
    "documentation with many scripts": (
        f'<div role="main">{TEXT}{TEXT}</div>'
        + "".join(
            f'<script src="_static/{n}.js"></script>' for n in ("doctools", "searchtools", "theme")
        )
    ),
    "a list with links to more": (
        f'{PHOTOS}<a class="load-more" href="?page=2">Load more</a>{JQUERY}'
        "<script>$(window).on('scroll',()=>$.get('?page=2',h=>$('main').append(h)))</script>"
        '<nav class="pagination"><a href="?page=2">2</a></nav>'
    ),
    "a list whose next page is named": (
        f'<link rel="next" href="/page/2">{PHOTOS}<div data-next-page="/page/2"></div>{JQUERY}'
    ),
    "a list of pages in a form": (
        f'{PHOTOS}<form class="pagination"><button>1</button><button>2</button></form>{JQUERY}'
    ),
    "tabs with what they show": (
        f'<div role="tablist"><a role="tab" href="#b">B</a></div><div role="tabpanel">{TEXT}</div>{PHOTOS}{JQUERY}'
    ),
    "a text that unfolds": f"{TEXT}<button>Show more</button>{PHOTOS}{JQUERY}",
    "a text that unfolds by Bootstrap": (
        f'{TEXT}<button data-bs-toggle="collapse" aria-expanded="false">Show more results</button>{PHOTOS}{JQUERY}'
    ),
    "a form that loads more": (
        f'{PHOTOS}<form action="/more"><button>Load more photos</button></form>{JQUERY}'
    ),
    "comments that are loaded": f'{PHOTOS}{TEXT}<button class="load-more">Load more comments</button>{JQUERY}',
    "a page not found": f"<h1>404</h1><p>Not found. <a href=/>Home</a></p>{ANALYTICS}",
    "a page of a form": (
        f"<h1>Log in</h1><form><input name=u><input type=password></form>{JQUERY}{ANALYTICS}"
    ),
    "a redirecting page": '<p>Moved to <a href="/new">/new</a>.</p><script>location.replace("/new")</script>',
    "boxes with backgrounds": (
        f'<div class="photos" style="background-image:url(/a.jpg)"></div>{TEXT}{JQUERY}'
    ),
    "a frame with a map": f'{TEXT}<div id="map"></div><iframe src="https://maps.example/"></iframe>{JQUERY}',
    "an icon's element": f"{TEXT}<ion-icon name=menu></ion-icon><script type=module src=/ionicons.js></script>",
    "an observer that animates": (
        f"{TEXT}{PHOTOS}<script>new IntersectionObserver(es=>es.forEach(e=>e.target.classList"
        ".toggle('in',e.isIntersecting)))</script>"
    ),
    "a counter that scrolls": (
        f"{TEXT}{PHOTOS}<script>window.addEventListener('scroll',function(){{var i=new Image();"
        "i.src='//px.example/s.gif'})</script>"
    ),
    "htmx that sends a form": f'{TEXT}<form hx-post="/like"><button>Like</button></form><script src=/htmx.js></script>',
    "structured data": (
        f'{TEXT}<script type="application/ld+json">{{"image":["/a.jpg","/b.jpg"]}}</script>'
    ),
    "a consent manager": f'{TEXT}<div id="root-consent"></div><script src="https://cdn.consent.example/app.js"></script>',
}

SCRIPTED = {
    "Create React App": (
        "<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div>"
        '<script src="/static/js/main.8a1b.js"></script>'
    ),
    "Vite and Vue": f'<div id="app"></div>{BUNDLE}',
    "a root that says that it loads": f'<div id="app"><p class=spinner>Loading …</p></div>{BUNDLE}',
    "Angular": '<app-root></app-root><script src="polyfills.4c.js" type=module></script><script src="main.js"></script>',
    "AngularJS": (
        '<body ng-app="shop"><div ng-controller="C"><img ng-repeat="p in photos" ng-src="{{p.url}}">'
        '</div><script src="/js/angular.min.js"></script>'
    ),
    "Next.js without a server": (
        '<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{"props":{}}</script>'
        '<script src="/_next/static/chunks/main.js"></script>'
    ),
    "SvelteKit without a server": (
        '<div style="display: contents"><script>{__sveltekit={};Promise.all([import("/_app/start.js")])}</script></div>'
        '<script type="module" src="/_app/immutable/entry/start.js"></script>'
    ),
    "Flutter, Ember and the like": '<body><script src="/assets/vendor.js"></script><script src="/assets/app.js"></script>',
    "an empty gallery beside text": f'{TEXT}<div id="gallery"></div><script src="/js/site.js"></script>',
    "an empty masonry": f'<h1>Work</h1><ul class="photo-grid masonry"></ul>{JQUERY}<script src=/js/work.js></script>',
    "an empty carousel beside a logo": (
        f'<img src=/logo.png>{TEXT}<div class="product-carousel"></div><script src=/js/shop.js></script>'
    ),
    "a feed with an id": f'<h1>Latest</h1><div id="photo-feed"></div>{TEXT}<script src=/feed.js></script>',
    "images made from a list in the script": (
        "<h1>Album</h1><div class=row></div><script>const list=['a.jpg','b.jpg'];list.forEach(n=>"
        "{const i=document.createElement('img');i.src=n;document.body.append(i)})</script>"
    ),
    "images made from JSON": (
        f"{TEXT}<script>fetch('/api').then(r=>r.json()).then(d=>{{m.innerHTML=d.map(p=>`<img src=${{p}}>`)}})</script>"
    ),
    "jQuery and getJSON": (
        f"{TEXT}<div class=row></div>{JQUERY}<script>$.getJSON('/p.json',function(d){{$.each(d,function(i,p)"
        "{$('.row').append('<img src=\"'+p.u+'\">')})})</script>"
    ),
    "images made by counting": (
        "<h1>Album</h1><div class=row></div><script>for (let n = 1; n < 40; n++) {"
        "const i = document.createElement('img'); i.src = `/p/${n}.jpg`; row.append(i) }</script>"
    ),
    "canvases": "<canvas></canvas><script>fetch('/a').then(r=>r.blob()).then(createImageBitmap).then(b=>x.drawImage(b,0,0))</script>",
    "placeholders without sources": (
        "".join(
            f'<img src="data:image/gif;base64,R0lGODlh" data-id="{n}" alt="">' for n in range(12)
        )
        + "<script src=/js/photos.js></script>"
    ),
    "more placeholders than pictures": (
        PHOTOS[: PHOTOS.index('<a href="/p/4')]
        + "<img alt=''>" * 9
        + f"{TEXT}<script src=/js/photos.js></script>"
    ),
    "skeletons": f"<h1>Shots</h1>{'<div class=skeleton></div>' * 6}<script src=/js/shots.js></script>",
    "Vue in the page": (
        '<main><div v-for="p in photos"><img :src="p.url"></div></main><script src=/vue.global.js></script>'
    ),
    "Alpine in the page": (
        '<div x-data="{photos: []}"><template x-for="p in photos"><img :src="p.url"></template></div>'
        "<script defer src=/alpine.min.js></script>"
    ),
    "a Mustache template": (
        '<div class=list></div><script type="text/x-handlebars-template">{{#each p}}<img src="{{url}}">{{/each}}'
        f"</script>{JQUERY}<script src=/js/list.js></script>"
    ),
    "a custom element": '<photo-gallery api="/photos"></photo-gallery><script type=module src=/pg.js></script>',
    "pictures, and a button for more": f'{PHOTOS}<button class="btn">Load more photos</button>{JQUERY}',
    "a button for more, in German": f"{PHOTOS}<button>Weitere Bilder laden</button>{JQUERY}",
    "a button for more, in Japanese, by its class": f'{PHOTOS}<button class="js-load-more">もっと見る</button>{JQUERY}',
    "a button for more with an icon": (
        f'{PHOTOS}<button aria-label="Load more"><svg></svg></button>{JQUERY}'
    ),
    "a button for more of what": f"{PHOTOS}<button>More photos</button>{JQUERY}",
    "pictures, and buttons for further pages": (
        f'{PHOTOS}<ul class="ant-pagination"><li><button>1</button><li><button>2</button></ul>{JQUERY}'
    ),
    "tabs that are filled when they are pressed": (
        f'{PHOTOS}<div role="tablist"><button role="tab">B</button></div><div role="tabpanel"></div>{JQUERY}'
    ),
    "a link that is a button": f'{PHOTOS}<a href="#" class="load-more">Show more</a>{JQUERY}',
    "pictures, and more while scrolling": (
        f"{PHOTOS}<script>new IntersectionObserver(async([e])=>{{const h=await(await fetch(next)).text();"
        "document.querySelector('main').insertAdjacentHTML('beforeend',h)}).observe(end)</script>"
    ),
    "jQuery, and more while scrolling": (
        f"{PHOTOS}{JQUERY}<script>$(window).scroll(function(){{if(near())$.get('/more?p='+p,function(h)"
        "{$('#list').append(h)})})</script>"
    ),
    "htmx, and more while scrolling": (
        f'{PHOTOS}<div hx-get="/more?page=2" hx-trigger="revealed"></div><script src=/htmx.min.js></script>'
    ),
}
