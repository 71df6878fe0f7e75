// Every way out of a page that we know of, to each of HOSTS at PORT. Each says to the page's own
// server that it was tried, and how it ended.
const tell = (name, promise) =>
  Promise.resolve(promise)
    .then(() => 'done', () => 'failed')
    .then(end => fetch(`/told?${name}=${end}`))
const ended = element =>
  new Promise((ok, fail) => {
    element.onload = ok
    element.onerror = fail
    document.body.append(element)
    setTimeout(fail, 3000)
  })
const make = (tag, values) => Object.assign(document.createElement(tag), values)
const opened = socket => new Promise((ok, fail) => Object.assign(socket, {onopen: ok, onerror: fail}))
const within = (name, attempt) => {
  try {
    tell(name, attempt())
  } catch (error) {
    tell(name, Promise.reject(error))
  }
}
const inWorker = url => {
  const code = `fetch('${url}').then(() => postMessage(1), error => setTimeout(() => { throw error }))`
  const worker = new Worker(URL.createObjectURL(new Blob([code])))
  return new Promise((ok, fail) => Object.assign(worker, {onmessage: ok, onerror: fail}))
}
const callPeer = at => {
  const secret = {username: 'u', credential: 'c'}
  const iceServers = [
    {urls: `stun:${at}`},
    {urls: `turn:${at}`, ...secret},
    {urls: `turn:${at}?transport=tcp`, ...secret},
  ]
  const peer = new RTCPeerConnection({iceServers})
  peer.createDataChannel('x')
  return peer.createOffer().then(offer => peer.setLocalDescription(offer))
}
const hints = ['preload', 'prefetch', 'preconnect', 'dns-prefetch', 'modulepreload', 'icon', 'manifest']

for (const host of HOSTS) {
  const at = `${host}:${PORT}`
  const url = `http://${at}`
  tell('fetch', fetch(`${url}/fetch`))
  tell('no-cors', fetch(`${url}/no-cors`, {mode: 'no-cors'}))
  tell('post', fetch(`${url}/post`, {method: 'POST', mode: 'no-cors', body: 'x'}))
  tell('https', fetch(`https://${at}/`))
  tell('iframe', ended(make('iframe', {src: `${url}/iframe`})))
  tell('object', ended(make('object', {data: `${url}/object`})))
  tell('img', ended(make('img', {src: `${url}/img.jpg`})))
  tell('script', ended(make('script', {src: `${url}/script.js`})))
  tell('css', ended(make('link', {rel: 'stylesheet', href: `${url}/style.css`})))
  tell('video', make('video', {src: `${url}/v.mp4`}).play())
  for (const rel of hints) {
    document.head.append(make('link', {rel, href: `${url}/${rel}`, as: 'fetch'}))
  }
  within('websocket', () => opened(new WebSocket(`ws://${at}`)))
  within('wss', () => opened(new WebSocket(`wss://${at}`)))
  within('events', () => opened(new EventSource(url)))
  within('beacon', () => navigator.sendBeacon(`${url}/beacon`, 'x'))
  within('worker', () => inWorker(`${url}/worker`))
  within('popup', () => window.open(`${url}/popup`))
  within('webrtc', () => callPeer(at))
  within('webtransport', () => new WebTransport(`https://${at}/`).ready)
}
tell('redirect', fetch('/away?fetch'))
tell('redirected-frame', ended(make('iframe', {src: '/away?frame'})))
tell('redirected-script', ended(make('script', {src: '/away?script'})))
tell('frame-refresh', ended(make('iframe', {src: '/refreshing.html'})))
within('service-worker', () => navigator.serviceWorker.register('/worker.js'))
setTimeout(() => { location.href = `http://${HOSTS[0]}:${PORT}/navigation` }, 1500)
