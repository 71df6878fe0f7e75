"""Images as pages of many kinds show them, each labelled with what it is for.

``data-is`` has the label; tests take it off before the page is read. The pages are written for
this test after what the named systems put out: their classes, addresses and snippets are real,
the sites are not. What misleads is here on purpose: an icon of a saint, the poster of a film
called Avatar, a telephone called Pixel, the work of a designer of logos.
"""

from __future__ import annotations

PAGES: dict[str, str] = {
    # A WordPress blog: header, article, author, comments, Jetpack, a plugin for sharing.
    "https://blog.example.org/2024/05/a-walk-in-the-harz": """
    <header id="masthead" class="site-header"><div class="site-branding">
      <a href="https://blog.example.org/" class="custom-logo-link" rel="home"><img data-is=logo
        width="240" height="80" src="/wp-content/uploads/2020/01/cropped-walker-1.png"
        class="custom-logo" alt="The Walker" decoding="async"></a></div></header>
    <main id="primary" class="site-main"><article class="post type-post hentry">
      <header class="entry-header"><div class="post-thumbnail"><img data-is=content width="1568"
        height="1045" src="/wp-content/uploads/2024/05/harz-1568x1045.jpg"
        class="attachment-post-thumbnail size-post-thumbnail wp-post-image" alt=""></div></header>
      <div class="entry-content"><figure class="wp-block-image size-large"><img data-is=content
        width="1024" height="683" src="/wp-content/uploads/2024/05/brocken-1024x683.jpg"
        class="wp-image-412"><figcaption>The summit</figcaption></figure>
        <p><img data-is=content class="alignleft size-medium wp-image-413" width="300" height="200"
          src="/wp-content/uploads/2024/05/witch-300x200.jpg" alt="A witch"></p>
        <p>What a day <img data-is=icon draggable="false" role="img" class="emoji" alt="😊"
          src="https://s.w.org/images/core/emoji/15.0.3/svg/1f60a.svg"></p>
        <figure class="wp-block-gallery has-nested-images"><figure class="wp-block-image">
          <a href="/wp-content/uploads/2024/05/g1.jpg"><img data-is=content width="150"
          height="150" src="/wp-content/uploads/2024/05/g1-150x150.jpg"></a></figure></figure>
        <div class="sharedaddy sd-sharing-enabled"><ul><li class="share-facebook"><img
          data-is=icon src="/wp-content/plugins/share/icons/facebook.png" alt="Facebook"></li>
          </ul></div></div>
      <footer class="entry-footer"><div class="author-bio"><img data-is=avatar alt=""
        src="https://secure.gravatar.com/avatar/2e1e96?s=90&amp;d=mm&amp;r=g" height="90"
        width="90" class="avatar avatar-90 photo"></div></footer></article>
      <div id="jp-relatedposts" class="jp-relatedposts"><a class="jp-relatedposts-post-a"
        href="/2023/04/ilsenburg"><img data-is=content width="350" height="200"
        class="jp-relatedposts-post-img" src="/wp-content/uploads/2023/04/i.jpg?resize=350%2C200"
        alt="Ilsenburg in April"></a></div>
      <ol class="comment-list"><li class="comment even"><div class="comment-author vcard"><img
        data-is=avatar src="https://0.gravatar.com/avatar/77?s=32" width="32" height="32"
        class="avatar avatar-32 photo" alt=""></div></li></ol></main>
    <aside id="secondary" class="widget-area"><section class="widget widget_media_image"><a
      href="https://partner.example.com/?ref=walker" rel="sponsored"><img data-is=ad width="300"
      height="250" src="/wp-content/uploads/2022/02/boots-300x250.jpg" alt="Boots"></a></section>
      <section class="widget widget_recent_posts"><a href="/2024/04/selke"><img data-is=content
      width="80" height="80" src="/wp-content/uploads/2024/04/selke-80x80.jpg"
      class="attachment-thumbnail wp-post-image" alt="Selke valley"></a></section></aside>
    <img data-is=tracker src="https://pixel.wp.com/b.gif?v=noscript"
      style="height:1px;width:1px;overflow:hidden;position:absolute;bottom:1px;" alt="">
    """,
    # A Shopify shop: product, thumbnails, payment, cart, related products, Meta's pixel.
    "https://shop.example.com/products/oak-chair": """
    <div id="shopify-section-header"><h1 class="header__heading"><a href="/"
      class="header__heading-link"><img data-is=logo src="//shop.example.com/cdn/shop/files/oak_wordmark_black.png?v=16&amp;width=600"
      alt="Oak &amp; Co" width="180" height="42" class="header__heading-logo"></a></h1>
      <a href="/cart" id="cart-icon-bubble"><img data-is=icon src="/cdn/shop/files/cart.svg"
      width="24" height="24"></a></div>
    <main id="MainContent"><div class="product__media-list"><div class="product__media media">
      <img data-is=content src="//shop.example.com/cdn/shop/products/chair_1.jpg?v=1&amp;width=1946"
      srcset="//shop.example.com/cdn/shop/products/chair_1.jpg?v=1&amp;width=493 493w, //shop.example.com/cdn/shop/products/chair_1.jpg?v=1&amp;width=1946 1946w"
      width="1946" height="1946" alt="Oak chair, seen from the front"></div></div>
      <ul class="thumbnail-list"><li class="thumbnail-list__item"><button class="thumbnail"><img
        data-is=content src="//shop.example.com/cdn/shop/products/chair_2.jpg?v=1&amp;width=416"
        width="416" height="416" alt=""></button></li></ul>
      <div class="product-icons"><img data-is=icon src="/cdn/shop/files/icon-free-shipping.png"
        width="60" height="60" alt="Free shipping"></div></main>
    <div class="product-recommendations"><div class="card__media"><img data-is=content
      src="//shop.example.com/cdn/shop/products/table.jpg?v=1&amp;width=533" width="533"
      height="400" alt="Oak table"></div></div>
    <footer class="footer"><ul class="list-payment"><li><img data-is=icon width="38" height="24"
      src="/cdn/shopifycloud/payment/visa.svg" alt="Visa"></li><li><img data-is=icon width="38"
      height="24" src="/cdn/shopifycloud/payment/paypal.svg" alt="PayPal"></li></ul></footer>
    <noscript><img data-is=tracker height="1" width="1" style="display:none"
      src="https://www.facebook.com/tr?id=1122&amp;ev=PageView&amp;noscript=1"></noscript>
    """,
    # Wikipedia: thumbnails, a flag, a maths picture, the foundation's marks, the counter.
    "https://en.wikipedia.org/wiki/Brocken": """
    <header class="vector-header mw-header"><a href="/wiki/Main_Page" class="mw-logo"><img
      data-is=logo class="mw-logo-icon" src="/static/images/icons/wikipedia.png" alt=""
      aria-hidden="true" height="50" width="50"><span><img data-is=logo class="mw-logo-wordmark"
      alt="Wikipedia" src="/static/images/mobile/copyright/wikipedia-wordmark-en.svg"
      style="width: 7.5em; height: 1.125em;"></span></a></header>
    <main id="content" class="mw-body"><div id="mw-content-text"><table class="infobox"><tr><td>
      <a href="/wiki/File:Brocken.jpg" class="mw-file-description"><img data-is=content
      src="//upload.wikimedia.org/wikipedia/commons/thumb/a/a1/Brocken.jpg/264px-Brocken.jpg"
      width="264" height="176" class="mw-file-element"></a></td></tr><tr><td><span
      class="flagicon"><img data-is=icon class="mw-file-element" width="23" height="14"
      src="//upload.wikimedia.org/wikipedia/commons/thumb/b/ba/Flag_of_Germany.svg/23px-Flag_of_Germany.svg.png"
      alt="Germany"></span></td></tr></table>
      <figure typeof="mw:File/Thumb"><a href="/wiki/File:Icon_of_Saint_Walpurga.jpg"><img
        data-is=content width="170" height="226" class="mw-file-element"
        src="//upload.wikimedia.org/wikipedia/commons/thumb/3/3c/Icon_of_Saint_Walpurga.jpg/170px-Icon_of_Saint_Walpurga.jpg"></a>
        <figcaption>Saint Walpurga</figcaption></figure>
      <figure typeof="mw:File/Thumb"><a href="/wiki/File:Climate_diagram.svg"><img data-is=content
        width="220" height="293" class="mw-file-element"
        src="//upload.wikimedia.org/wikipedia/commons/thumb/1/11/Climate_diagram.svg/220px-Climate_diagram.svg.png"></a>
        <figcaption>The climate</figcaption></figure></div></main>
    <footer id="footer" class="mw-footer"><ul id="footer-icons" class="noprint"><li><a
      href="https://wikimediafoundation.org/"><img data-is=logo src="/static/images/footer/wikimedia-button.svg"
      width="84" height="29" alt="Wikimedia Foundation" loading="lazy"></a></li></ul></footer>
    <noscript><img data-is=tracker src="https://login.wikimedia.org/wiki/Special:CentralAutoLogin/start?type=1x1"
      alt="" width="1" height="1" style="border: none; position: absolute;"></noscript>
    """,
    # A German newspaper: VG Wort, IVW, an advertisement, author, picture of the day.
    "https://www.tageblatt.example/kultur/film/avatar-kritik-101.html": """
    <div class="page-header"><a href="/" class="brand"><img data-is=logo src="/assets/tageblatt.svg"
      alt="Tageblatt" class="brand__image"></a></div>
    <div class="anzeige" id="iqadtile1"><a href="https://adclick.g.doubleclick.net/x"><img
      data-is=ad src="https://tpc.googlesyndication.com/simgad/112233" width="728"
      height="90"></a></div>
    <article class="article"><header><h1>Avatar</h1></header><figure class="article__media"><img
      data-is=content src="/bilder/avatar-filmplakat-2009-v16_9.jpg" width="980" height="551"
      alt="Filmszene aus Avatar"><figcaption>Foto: Verleih</figcaption></figure>
      <div class="article__byline"><img data-is=avatar src="/bilder/autoren/meier-julia-1x1.jpg"
        class="byline__image" width="60" height="60" alt="Julia Meier"></div>
      <img data-is=tracker src="https://vg08.met.vgwort.de/na/0123456789abcdef" width="1"
        height="1" alt="">
      <p>Text</p><img data-is=content src="/bilder/szene-2.jpg" width="640" height="360"
        alt="Szene">
      <div class="ad-slot ad-slot--mrec"><span>Anzeige</span><img data-is=ad
        src="https://cdn.tageblatt.example/eigen/abo-aktion.png" width="300" height="250"></div>
    </article>
    <section class="teaser-list"><div class="teaser"><a href="/kultur/buch-102.html"><img
      data-is=content src="/bilder/buch-teaser.jpg" width="240" height="135"
      alt="Ein Buch"></a></div></section>
    <footer><div class="social"><a href="https://www.facebook.com/t"><img data-is=icon
      src="/assets/fb.svg" alt="Facebook"></a></div></footer>
    <img data-is=tracker src="https://de.ioam.de/tx.io?st=tageblatt" alt="szmtag">
    """,
    # An American news site, with its comments and a promoted row.
    "https://www.daily.example.com/news/harbor-bridge": """
    <nav class="navbar"><div class="nav-logo"><a href="/"><img data-is=logo alt="The Daily"
      src="https://static.daily.example.com/dist/img/masthead@2x.png" height="40"></a></div>
      <button class="hamburger"><img data-is=icon src="/dist/img/menu.svg" alt="Menu"></button></nav>
    <main><article class="story"><div class="lede"><picture><source
      srcset="/resizer/bridge-1280.webp 1280w"><img data-is=content src="/resizer/bridge-640.jpg"
      alt="The harbor bridge at dawn, seen from the old ferry terminal"></picture></div>
      <div class="author-bio"><img data-is=avatar class="author-bio__headshot rounded-circle"
        src="https://s3.amazonaws.com/arc-authors/daily/9f.jpg" width="80" height="80"></div>
      <figure><img data-is=content src="/resizer/google-logo-on-tower-1024.jpg" width="1024"
        height="683"><figcaption>The Google logo on the tower</figcaption></figure>
      <div class="inline-gallery carousel"><div class="slide"><img data-is=content
        data-src="/resizer/pier-1.jpg" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="
        width="1" height="1" srcset="/resizer/pier-1.jpg 900w"></div></div></article>
      <div class="OUTBRAIN"><a href="https://paid.outbrain.com/network/redir?p=1"
        rel="nofollow sponsored"><img data-is=ad
        src="https://images.outbrainimg.com/transform/v3/abc.jpg" width="280" height="180"></a></div>
      <section class="comments"><div class="comment"><img data-is=avatar
        src="https://c.disquscdn.com/uploads/users/1/avatar92.jpg?16" width="48" height="48"></div>
      </section></main>
    <aside class="right-rail"><div id="div-gpt-ad-1234-0" class="ad"><img data-is=ad
      src="https://s0.2mdn.net/simgad/9988" width="300" height="600"></div>
      <div class="most-read"><a href="/news/ferry"><img data-is=content src="/resizer/ferry-100.jpg"
      width="100" height="67" alt="Ferry"></a></div></aside>
    <noscript><img data-is=tracker alt="" src="https://sb.scorecardresearch.com/p?c1=2&amp;c2=67&amp;cv=2.0&amp;cj=1"></noscript>
    <noscript><img data-is=tracker src="//pixel.quantserve.com/pixel/p-abc.gif" border="0"
      height="1" width="1" alt="Quantcast"></noscript>
    """,
    # A forum on Discourse and one on phpBB.
    "https://meta.forum.example/t/my-new-camera/4711": """
    <header class="d-header"><a href="/"><img data-is=logo id="site-logo" class="logo-big"
      src="/uploads/default/original/1X/a.png" alt="Camera Forum"></a></header>
    <div class="topic-post"><div class="topic-avatar"><img data-is=avatar alt="" width="48"
      height="48" src="/user_avatar/meta.forum.example/ann/48/55_2.png" class="avatar"></div>
      <div class="cooked"><div class="lightbox-wrapper"><a class="lightbox"
        href="/uploads/default/original/2X/b.jpeg"><img data-is=content
        src="/uploads/default/optimized/2X/b_2_690x460.jpeg" width="690" height="460"
        alt="DSC_0042"></a></div>
        <p>Look <img data-is=icon src="/images/emoji/twitter/heart_eyes.png?v=12"
          title=":heart_eyes:" class="emoji" alt=":heart_eyes:" width="20" height="20"></p>
        <aside class="onebox allowlistedgeneric"><header class="source"><img data-is=icon
          src="https://camera.example/favicon.ico" class="site-icon" width="16" height="16"></header>
          <article class="onebox-body"><img data-is=content width="690" height="362"
          src="https://camera.example/press/pixel-9-camera.jpg" class="thumbnail"></article></aside>
      </div></div>
    """,
    "https://www.boards.example/viewtopic.php?t=5": """
    <div id="page-header" class="headerbar"><a id="logo" class="logo" href="./index.php"><img
      data-is=logo src="./styles/prosilver/theme/images/site_logo.gif" width="139"
      height="52" alt="Board index"></a></div>
    <div id="p1" class="post bg2"><dl class="postprofile"><dt><div class="avatar-container"><a
      class="avatar"><img data-is=avatar class="avatar" src="./download/file.php?avatar=2_1.jpg"
      width="90" height="100" alt="User avatar"></a></div></dt></dl><div class="postbody"><div
      class="content">Hi <img data-is=icon class="smilies" src="./images/smilies/icon_e_smile.gif"
      width="15" height="17" alt=":-)"><br><img data-is=content
      src="https://i.imgur.com/Ab12Cd3.jpg" class="postimage" alt="Image"></div>
      <div class="signature"><img data-is=content src="https://i.imgur.com/sig99.png"
        class="postimage" alt="Image"></div></div></div>
    """,
    # README of a project: badges, logo, screenshot, contributors.
    "https://code.example.com/acme/rocket": """
    <div class="readme"><article class="markdown-body entry-content"><p align="center"><img
      data-is=logo width="240" src="/acme/rocket/raw/main/docs/logo.png" alt="Rocket logo"></p>
      <p><img data-is=icon src="https://img.shields.io/pypi/v/rocket.svg" alt="PyPI"> <img
        data-is=icon src="https://codecov.io/gh/acme/rocket/branch/main/graph/badge.svg"
        alt="Coverage"> <img data-is=icon
        src="https://github.com/acme/rocket/actions/workflows/test.yml/badge.svg" alt="tests"></p>
      <p><img data-is=content src="/acme/rocket/raw/main/docs/screenshot.png"
        alt="The main window of Rocket with two panes"></p></article></div>
    <div class="BorderGrid"><a href="/ann"><img data-is=avatar width="32" height="32"
      src="https://avatars.githubusercontent.com/u/123?s=64&amp;v=4" alt="@ann"></a></div>
    """,
    # Documentation made with Sphinx, with a diagram and an edit icon.
    "https://docs.rocket.example/en/latest/intro.html": """
    <div class="sphinxsidebar" role="navigation"><p class="logo"><a href="index.html"><img
      data-is=logo class="logo" src="../_static/rocket.png" alt="Logo of Rocket"></a></p></div>
    <div class="body" role="main"><section id="intro"><img data-is=content
      alt="../_images/architecture.svg" src="../_images/architecture.svg">
      <figure class="align-default"><img data-is=content src="../_images/flow.png"
      style="width: 600px;" alt="flow"><figcaption>Flow</figcaption></figure></section></div>
    """,
    # A gallery of photographs on Squarespace and one on a static site with a lightbox.
    "https://ann-photo.squarespace.example/mountains": """
    <header id="header" class="header"><div class="header-title-logo"><a href="/"><img
      data-is=logo src="//images.squarespace-cdn.com/content/v1/5f/abc/AnnLogo.png?format=1500w"
      alt="Ann Photo" style="display:block"></a></div></header>
    <main id="page"><section class="gallery-masonry"><figure class="gallery-masonry-item"><img
      data-is=content class="gallery-masonry-item-img" data-src="https://images.squarespace-cdn.com/content/v1/5f/1/_DSC1001.jpg"
      data-image="https://images.squarespace-cdn.com/content/v1/5f/1/_DSC1001.jpg" alt="_DSC1001.jpg"></figure>
      <figure class="gallery-masonry-item"><img data-is=content
      data-src="https://images.squarespace-cdn.com/content/v1/5f/2/_DSC1002.jpg" alt=""></figure>
      </section></main>
    <footer class="sections"><div class="sqs-block-socialaccountlinks"><a href="https://instagram.com/ann"><img
      data-is=icon src="/assets/social/instagram.png" width="28" height="28"></a></div></footer>
    """,
    "https://photos.example.net/2023/iceland/": """
    <div id="gallery"><a class="fancybox" href="full/001.jpg"><img data-is=content
      src="thumbs/001.jpg" width="160" height="107"></a><a class="fancybox" href="full/002.jpg"><img
      data-is=content src="thumbs/002.jpg" width="107" height="160"></a><a class="fancybox"
      href="full/003.png"><img data-is=content src="thumbs/003.png" width="160"
      height="160"></a></div>
    <a href="../"><img data-is=icon src="/img/arrow-left.png" alt="back"></a>
    """,
    # A designer of logos shows the work; large, in figures.
    "https://studio.example.design/work/logos": """
    <div class="top"><a href="/"><img data-is=logo src="/img/studio.svg" alt="Studio" width="120"
      height="30" class="site-logo"></a></div>
    <main><section class="portfolio-grid"><article class="portfolio-item"><figure><img
      data-is=content src="/work/acme-logo-design-case-study.jpg" width="1200" height="800"
      alt="Acme brand identity on a wall"><figcaption>Acme</figcaption></figure></article>
      <article class="portfolio-item"><figure><img data-is=content src="/work/bakery-branding.jpg"
      width="1200" height="800"><figcaption>Bakery</figcaption></figure></article></section></main>
    """,
    # A landing page with Bootstrap: hero, clients, testimonials, team, app stores.
    "https://www.saas.example.io/": """
    <nav class="navbar navbar-expand-lg"><a class="navbar-brand" href="/"><img data-is=logo
      src="/img/saas.svg" height="28" alt="Saas"></a></nav>
    <header class="hero"><img data-is=content class="img-fluid hero-image"
      src="/img/hero-dashboard.png" width="1440" height="900" alt="Dashboard"></header>
    <section class="clients"><div class="row"><div class="col"><img data-is=logo
      src="/img/clients/logo-acme.png" alt="Acme" class="img-fluid"></div><div class="col"><img
      data-is=logo src="/img/clients/globex.svg" class="client-logo" alt="Globex logo"></div></div>
      </section>
    <section class="features"><div class="feature"><img data-is=icon class="feature-icon"
      src="/img/features/fast.svg" width="48" height="48" alt=""></div></section>
    <section class="testimonials"><div class="testimonial-item"><img data-is=avatar
      class="rounded-circle" src="/img/testimonials-1.jpg" width="96" height="96"></div></section>
    <section class="team"><div class="card"><img data-is=content class="card-img-top"
      src="/img/team/maria.jpg" width="400" height="500" alt="Maria, engineer"></div></section>
    <footer><a href="https://apps.apple.com/app/id1"><img data-is=icon
      src="/img/app-store-badge.svg" alt="Download on the App Store"></a><a
      href="https://play.google.com/store/apps/details?id=a"><img data-is=icon
      src="/img/google-play-badge.png" alt="Get it on Google Play"></a></footer>
    <img data-is=tracker src="https://px.ads.linkedin.com/collect/?pid=123&amp;fmt=gif"
      height="1" width="1" style="display:none;" alt="">
    <img data-is=tracker src="https://track.hubspot.com/__ptq.gif?k=15" style="display:none">
    """,
    # A recipe blog that lives on partners' programmes.
    "https://kitchen.example.com/apple-pie": """
    <div class="site-header"><div class="title-area"><a href="https://kitchen.example.com/"><img
      data-is=logo src="/wp-content/themes/foodie/images/header.png" alt="Kitchen"></a></div></div>
    <div class="entry-content"><p><img data-is=content class="aligncenter size-full"
      src="/wp-content/uploads/apple-pie-hero.jpg" width="720" height="1080"
      data-pin-description="Apple pie" alt="A slice of apple pie on a plate"></p>
      <div class="wprm-recipe-container"><div class="wprm-recipe-image"><img data-is=content
      width="150" height="150" src="/wp-content/uploads/apple-pie-150x150.jpg"
      class="attachment-150x150" alt="apple pie"></div></div>
      <a href="https://www.amazon.com/dp/B00?tag=kitchen-20" rel="nofollow sponsored"><img
        data-is=ad src="//ws-na.amazon-adsystem.com/widgets/q?_encoding=UTF8&amp;ASIN=B00&amp;Format=_SL160_"
        border="0"></a><img data-is=tracker
        src="//ir-na.amazon-adsystem.com/e/ir?t=kitchen-20&amp;l=am2&amp;o=1&amp;a=B00" width="1"
        height="1" border="0" alt="" style="border:none !important; margin:0px !important;">
      <a href="https://www.awin1.com/cread.php?s=1&amp;v=2"><img data-is=ad
        src="https://www.awin1.com/cshow.php?s=1&amp;v=2&amp;q=3&amp;r=4" border="0"></a></div>
    <aside class="sidebar"><section class="widget"><img data-is=content width="300" height="300"
      src="/wp-content/uploads/about-me.jpg" alt="Hi, I am Jo and this is my kitchen"></section>
      <section class="widget"><a href="https://host.example/aff"><img data-is=ad
      src="https://www.tqlkg.com/image-100-200" width="125" height="125"></a></section></aside>
    """,
    # Old tables: spacers, bullets, a counter, buttons of 88 x 31.
    "http://www.oldpage.example/~karl/index.html": """
    <table width="100%"><tr><td><img data-is=furniture src="images/spacer.gif" width="150"
      height="10"></td><td><img data-is=furniture src="images/transparent.gif" width="20"
      height="300"></td><td><img data-is=content src="images/karl_und_hund.jpg" width="320"
      height="240"></td></tr><tr><td><img data-is=icon src="images/bullet_red.gif" width="12"
      height="12"> <img data-is=icon src="images/new.gif" width="30" height="12" alt="NEW"></td>
      <td><img data-is=content src="images/haus.gif" width="400" height="300"
      alt="Unser Haus"></td></tr></table>
    <img data-is=icon src="images/btn_home.gif" width="80" height="20" alt="Home">
    <img data-is=tracker src="images/clear.gif" width="1" height="1">
    <img data-is=tracker src="https://c.statcounter.com/1234/0/abc/1/" alt="" style="display:none">
    """,
    # A Russian site with its counters.
    "https://novosti.example.ru/sport/2024/match": """
    <div class="header"><a class="logo" href="/"><img data-is=logo src="/i/header/logo.png"
      alt="Новости"></a></div>
    <div class="article"><div class="article-photo"><img data-is=content
      src="https://cdn.novosti.example.ru/2024/05/match.jpg" alt="Матч"></div></div>
    <div class="banner banner_240x400"><a href="https://an.yandex.ru/count/1"><img data-is=ad
      src="https://avatars.mds.yandex.net/get-direct/1/x450" width="240" height="400"></a></div>
    <noscript><div><img data-is=tracker src="https://mc.yandex.ru/watch/12345"
      style="position:absolute; left:-9999px;" alt=""></div></noscript>
    <img data-is=tracker src="https://counter.yadro.ru/hit?t44.1" alt="" border="0" width="1"
      height="1">
    <img data-is=tracker src="https://top-fwz1.mail.ru/counter?id=1;js=na"
      style="border:0;" height="1" width="1">
    """,
    # A Japanese blog service.
    "https://ameblo.example.jp/neko/entry-1.html": """
    <div class="skin-bgHeader"><img data-is=content src="https://stat.ameba.example.jp/user_images/header_neko.jpg"
      width="1120" height="300" alt="ねこのブログ"></div>
    <article class="skin-entry"><div class="skin-entryBody"><img data-is=content
      class="PhotoSwipeImage" src="https://stat.ameba.example.jp/o1080.jpg?caw=800" width="420"
      height="315" alt=""><img data-is=icon src="https://emoji.ameba.example.jp/img/char3/123.png"
      class="emoji" width="24" height="24" alt="爆笑"></div></article>
    <div class="skin-widget"><div class="skin-profile"><img data-is=avatar
      src="https://stat.profile.ameba.example.jp/profile_images/20/01/neko.jpg?cat=240"
      width="120" height="120" alt="プロフィール"></div></div>
    """,
    # A museum's collection, with IIIF.
    "https://collection.museum.example/objects/42": """
    <header role="banner"><a href="/" class="site-name"><img data-is=logo
      src="/themes/museum/museum.svg" alt="Museum home"></a></header>
    <main role="main"><div class="object-media"><img data-is=content
      src="https://iiif.museum.example/iiif/2/obj42-front/full/843,/0/default.jpg"
      alt="Icon: The Virgin of Vladimir, tempera on wood" class="c-image"></div>
      <ul class="related-objects"><li><a href="/objects/43"><img data-is=content width="200"
      height="200" src="https://iiif.museum.example/iiif/2/obj43-avatar-of-vishnu/square/200,/0/default.jpg"
      alt="The fish avatar of Vishnu, stone"></a></li><li><a href="/objects/44"><img data-is=content
      src="https://iiif.museum.example/iiif/2/obj44-poster/full/200,/0/default.jpg"
      alt="Advertisement for bicycles, lithograph"></a></li></ul></main>
    <footer role="contentinfo"><div class="sponsors"><img data-is=logo
      src="/themes/museum/logos/ministry.png" alt="Ministry of Culture logo" height="60"></div>
    </footer>
    """,
    # A grid of photographs made with utility classes.
    "https://snaps.example.com/s/harbor": """
    <div class="flex items-center h-14"><a href="/" title="Home"><img data-is=logo
      src="/_next/static/media/logo.4f1.svg" class="h-8 w-8" width="32" height="32"></a></div>
    <div class="grid grid-cols-3 gap-4"><figure class="group relative"><a href="/photos/Ab1"><img
      data-is=content src="https://images.snaps.example.com/photo-1500000000001-aaaaaaaaaaaa?w=600"
      srcset="https://images.snaps.example.com/photo-1500000000001-aaaaaaaaaaaa?w=600 600w, https://images.snaps.example.com/photo-1500000000001-aaaaaaaaaaaa?w=1200 1200w"
      alt="white boat on blue water" class="w-full object-cover"></a><a href="/@ann"><img
      data-is=avatar class="rounded-full h-8 w-8" width="32" height="32" alt="Avatar of user Ann"
      src="https://images.snaps.example.com/profile-1600-bb?dpr=1&amp;w=32&amp;h=32"></a></figure>
      <figure class="group relative"><a href="/photos/Ab2"><img data-is=content
      src="https://images.snaps.example.com/photo-1500000000002-cccccccccccc?w=600" alt="gulls"></a>
      </figure></div>
    """,
    # A video site's list, and a profile page where the face is the content.
    "https://video.example.tv/channel/sea": """
    <div id="masthead"><a id="logo" href="/"><img data-is=logo src="/img/video_full.svg"></a></div>
    <div class="channel-header"><img data-is=content class="channel-banner" width="1060"
      height="175" src="https://yt3.googleusercontent.com/abc=w1060-fcrop64" alt=""><img
      data-is=avatar width="160" height="160" src="https://yt3.ggpht.com/ytc/abc=s160-c-k"></div>
    <div class="video-item"><a href="/watch?v=1"><img data-is=content
      src="https://i.ytimg.example/vi/1/hqdefault.jpg" width="336" height="188" alt=""></a></div>
    """,
    # A Drupal page of a university.
    "https://www.uni.example.edu/physics/people": """
    <header role="banner" class="header"><div class="region-header"><div id="block-branding"
      class="site-branding__logo"><a href="/" rel="home"><img data-is=logo
      src="/themes/custom/uni/logo.svg" alt="Home"></a></div></div></header>
    <main role="main"><div class="views-row"><div class="field--name-field-portrait"><img
      data-is=content src="/sites/default/files/styles/portrait/public/curie.jpg?itok=1"
      width="240" height="320" alt="Marie Curie" class="image-style-portrait"></div></div>
      <div class="field--name-body"><img data-is=content src="/sites/default/files/inline-images/apparatus.png"
      width="800" height="450" alt="Apparatus"><img data-is=icon
      src="/modules/file/icons/application-pdf.png" class="file-icon" alt="PDF icon"
      title="application/pdf"></div></main>
    <footer><img data-is=logo src="/sites/default/files/accreditation-logo.png" width="140"
      height="70" alt="Accredited"></footer>
    """,
    # Hotels: stars, map pins, photos, a sprite.
    "https://stay.example.travel/hotel/sea-view": """
    <img data-is=sprite src="/static/img/sprites/main-sprite-v2.png" class="sprite" alt="">
    <div class="hotel-gallery"><a href="#"><img data-is=content
      src="https://cf.stay.example.travel/xdata/images/hotel/max1024x768/1.jpg" width="1024"
      height="768" alt="Sea view, double room"></a><img data-is=content
      src="https://cf.stay.example.travel/xdata/images/hotel/square60/2.jpg" width="60"
      height="60" alt="Breakfast"></div>
    <div class="rating"><img data-is=icon src="/static/img/star_full.png" width="14"
      height="14"><img data-is=icon src="/static/img/stars-4.png" alt="4 stars"></div>
    <div class="map"><img data-is=icon src="/static/img/marker.png" class="map-pin" width="25"
      height="41"><img data-is=content src="https://maps.example.com/staticmap?center=54,10&amp;size=600x300"
      width="600" height="300" alt="Map"></div>
    <div class="lang"><img data-is=icon src="https://flagcdn.com/w20/de.png" width="20"
      alt="Deutsch"></div>
    """,
    # Flats and second-hand goods, where "advert" is what readers offer.
    "https://market.example.co.uk/adverts/bikes": """
    <header><a href="/"><img data-is=logo src="/static/market-logo.png" alt="Market"></a></header>
    <main><ul class="listing-results"><li class="listing-card"><a href="/item/1"><img
      data-is=content src="https://img.market.example.co.uk/i/1_400.jpg" width="400" height="300"
      alt="Racing bicycle"></a></li><li class="listing-card"><a href="/item/2"><img data-is=content
      src="https://img.market.example.co.uk/i/2_400.jpg" width="400" height="300"
      alt="Tandem"></a></li></ul></main>
    <div class="adsbygoogle"><img data-is=ad src="https://cdn.network.example/creative/5.gif"
      width="468" height="60"></div>
    """,
    # A newsletter in the archive of the one who sent it.
    "https://us1.campaign-archive.example/?id=5": """
    <table class="mcnImageBlock"><tr><td class="mcnImageContent"><a href="https://shop.example/"><img
      data-is=logo align="center" alt="Shop logo" class="mcnImage" width="196"
      src="https://mcusercontent.example/5/images/shop-logo.png"></a></td></tr></table>
    <table class="mcnImageCardBlock"><tr><td><img data-is=content alt="" class="mcnImage"
      width="564" src="https://mcusercontent.example/5/images/spring.jpg"></td></tr></table>
    <table class="mcnFollowBlock"><tr><td class="mcnFollowIconContent"><a href="https://www.facebook.com/shop"><img
      data-is=icon width="24" height="24" alt="Facebook"
      src="https://cdn-images.mailchimp.com/icons/social-block-v2/color-facebook-48.png"></a></td></tr></table>
    <img data-is=tracker src="https://shop.us1.list-manage.example/track/open.php?u=1&amp;id=5"
      height="1" width="1" alt="">
    """,
    # Analysis packages on one's own host, and retargeting.
    "https://store.example.org/thanks": """
    <div id="content"><p>Thank you</p><img data-is=content src="/media/catalog/product/cache/pixel-8-case.jpg"
      width="300" height="300" class="product-image-photo" alt="Case for Pixel 8"></div>
    <noscript><p><img data-is=tracker src="//stats.store.example.org/matomo.php?idsite=1&amp;rec=1"
      style="border:0;" alt=""></p></noscript>
    <img data-is=tracker height="1" width="1" border="0"
      src="https://googleads.g.doubleclick.net/pagead/viewthroughconversion/123/?guid=ON&amp;script=0">
    <img data-is=tracker src="https://bat.bing.com/action/0?ti=1&amp;Ver=2" height="0" width="0"
      style="display:none; visibility: hidden;">
    <img data-is=tracker height="1" width="1" style="display:none;" alt=""
      src="https://ct.pinterest.com/v3/?tid=26&amp;noscript=1">
    <img data-is=tracker src="https://store.d1.sc.omtrdc.net/b/ss/store/1/H.1--NS/0" width="1"
      height="1">
    <img data-is=tracker src="/tracking/pixel.gif?order=1">
    <img data-is=tracker src="https://secure.adnxs.com/px?id=1&amp;t=2" width="1" height="1">
    """,
    # Lists of articles whose small pictures are content, wherever they stand.
    "https://magazine.example.com/science": """
    <header class="site-header"><nav class="mega-menu"><ul><li><a href="/science/mars"><img
      data-is=content src="/img/thumbs/mars-240.jpg" width="240" height="160"
      alt="Mars up close"></a></li></ul></nav></header>
    <section class="river"><article class="card"><a href="/science/venus"><img data-is=content
      src="/img/thumbs/venus.webp" width="64" height="64" alt="Venus"></a></article>
      <article class="card"><a href="/science/io"><img data-is=content width="16" height="9"
      src="/img/thumbs/io.webp" class="card__image" alt="Io"></a></article>
      <article class="card"><a href="/science/comet"><img data-is=content
      data-src="/img/thumbs/comet.jpg" src="/img/blank.gif" class="lazyload" alt=""></a></article>
    </section>
    <footer class="site-footer"><div class="instagram-feed"><a href="https://www.instagram.com/p/1/"><img
      data-is=content src="https://scontent.cdninstagram.example/v/t51/1_n.jpg" width="320"
      height="320" alt="A telescope at night"></a></div><a href="/feed"><img data-is=icon
      src="/img/rss.png" alt="RSS"></a></footer>
    """,
    # What misleads: words of other meanings, in places of content.
    "https://essays.example.org/posters": """
    <article><figure><img data-is=content src="/img/coca-cola-ad-1931.jpg" width="700"
      height="950"><figcaption>An advertisement of 1931</figcaption></figure>
      <figure><img data-is=content src="/img/banner-of-the-guild.jpg" width="600" height="800">
      <figcaption>The banner of the guild</figcaption></figure>
      <figure><img data-is=content src="/img/flags/japan-large.png" width="900" height="600">
      <figcaption>The flag of Japan</figcaption></figure>
      <figure><img data-is=content src="/img/sprite-in-the-woods.jpg" width="640" height="480">
      <figcaption>A sprite by Richard Doyle</figcaption></figure>
      <p><img data-is=content src="/img/button-collection.jpg" width="500" height="375"
        alt="Buttons of horn, glass and brass in a drawer"></p>
      <p><img data-is=content src="/img/tracking-shot-diagram.png" width="640" height="300"
        alt="How a tracking shot is filmed on rails"></p>
      <p><img data-is=content src="/img/social-housing-vienna.jpg" alt="Karl-Marx-Hof"></p>
      <p><img data-is=content src="/img/brand-fire-brigade.jpg" width="480" height="320"></p>
      <p><img data-is=content src="/img/clear-lake.jpg" alt="Clear Lake"></p>
      <p><img data-is=content src="/img/star-cluster-m13.jpg" width="800" height="800"
        alt="Star cluster"></p>
      <p><img data-is=content src="/img/arrowheads.png" alt="Flint"></p>
      <p><img data-is=content src="/track/original/long-distance.png"></p>
      <p><img data-is=content src="/open/original/gallery-day"></p>
      <p><img data-is=content src="/watch/12345"></p>
      <p><img data-is=content src="/media/stats.png"></p>
      <p><img data-is=content src="/media/visit.gif"></p>
      <p><img data-is=content src="/cache/b/ss/sunset.jpg"></p>
      <p><img data-is=content src="/user_photos/12/medium.jpg" alt="My loaf"></p>
      <p><img data-is=content src="/impressions/impasto.jpg" alt="Impasto"></p>
      <p><img data-is=content src="/pixel/pixel-art-castle.png" alt="Castle"></p>
      <p><img data-is=content src="/img/catalogo-1900.jpg" alt="Catalogue"></p></article>
    """,
    # A gallery without any landmark, as an older program writes it.
    "http://gallery.example.se/album.php?id=7": """
    <div id="wrap"><div id="hd"><img data-is=logo src="gfx/header_logo.jpg" width="300"
      height="80"></div><table><tr><td class="thumbnails"><a href="displayimage.php?pid=1"><img
      data-is=content src="albums/userpics/10001/thumb_a.jpg" class="image" width="100"
      height="75" alt="a.jpg"></a></td><td class="thumbnails"><a href="displayimage.php?pid=2"><img
      data-is=content src="albums/userpics/10001/thumb_b.jpg" class="image" width="100" height="75"
      alt="b.jpg"></a></td></tr></table><div class="nav"><img data-is=icon
      src="images/navbar/next.gif" alt="next"></div></div>
    """,
    # Microblogging: avatars, attached photographs, custom emoji, a card.
    "https://social.example.town/@ann/1": """
    <div class="status__info"><div class="account__avatar"><img data-is=avatar width="46"
      height="46" src="https://files.social.example.town/accounts/avatars/000/1/original/a.jpg"
      alt=""></div></div><div class="media-gallery"><div class="media-gallery__item"><img
      data-is=content src="https://files.social.example.town/media_attachments/files/1/small/b.jpg"
      alt="A heron in the reeds, early morning"></div></div><p><img data-is=icon
      class="emojione custom-emoji" width="16" height="16"
      src="https://files.social.example.town/custom_emojis/images/000/blobcat.png" alt=":blobcat:"></p>
      <div class="status-card__image"><img data-is=content src="https://files.social.example.town/cache/preview_cards/images/1/c.jpg"
      class="status-card__image-image" alt=""></div>
    """,
}
