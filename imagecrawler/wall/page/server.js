// What the server is asked. Each answer is the server's JSON (`imagecrawler.wall.api` describes it)
// or null: it did not answer, or refused.

const TIMEOUT_MS = 30_000;

const ask = async (path, query = {}) => {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null);
  return answered(`${path}?${new URLSearchParams(given)}`, {});
};

const tell = (path, body) => answered(path, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
  // What is told while the page is being left arrives too.
  keepalive: true,
});

const answered = async (path, options) => {
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
};

export const nextImages = (query) => ask("/api/images", query);
export const browse = (query) => ask("/api/browse", query);
export const selections = () => ask("/api/filters");
export const status = () => ask("/api/status");
export const recordOf = (id) => ask(`/api/record/${encodeURIComponent(id)}`);
export const hide = (id) => tell("/api/hide", { id });
export const shown = (viewer, ids) => tell("/api/shown", { viewer, ids });

// Calls `onState({ seq })` now, whenever it has changed, and after the server was away.
export const follow = (onState) => {
  const events = new EventSource("/api/fresh");
  for (const name of ["state", "fresh"]) events.addEventListener(name, ({ data }) => onState(JSON.parse(data)));
};
