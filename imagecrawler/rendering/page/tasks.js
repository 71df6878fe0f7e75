// The tasks, one a call. `all` are the documents and shadow roots that can be read.
const all = roots();
const tasks = {
  // Tells what is new, then scrolls everything on by one view.
  async step() {
    const answer = observe(all, task.backgrounds);
    const moving = scrollers(all);
    answer.height = height(moving);
    if (!task.scroll) return answer;
    answer.moved = moving.filter((element) => scroll(element, 1)).length > 0;
    await drawn();
    return answer;
  },
  async draw() {
    await drawn();
    return {};
  },
  // Goes back by a view, so that the end comes into view once more.
  async bounce() {
    for (const element of scrollers(all)) scroll(element, -1);
    stir();
    await drawn();
    return {};
  },
  // Moves every carousel on by one.
  async advance() {
    const pressed = advance(all);
    if (pressed) await drawn();
    return { pressed };
  },
  async more() {
    const pressed = pressMore(all, task.fruitful);
    if (pressed) await drawn();
    return { pressed };
  },
  async folded() {
    return { hidden: folded(all) };
  },
  async unfold() {
    const pressed = unfold(all, task.fruitful);
    if (pressed) await drawn();
    return { pressed };
  },
  // Gives the documents as they are now.
  async html() {
    const frames = all.filter((root) => root.documentElement && root !== document);
    return {
      html: serialised(document, all), base_url: document.baseURI, url: location.href,
      frames: frames.map((root) => ({ url: root.baseURI, html: serialised(root, all) })),
    };
  },
};
return tasks[task.do]();
