// What this browser remembers of its user: a few words, none of which the page cannot do without.

export const recall = (name) => {
  try {
    return localStorage.getItem(`wall.${name}`);
  } catch {
    return null; // Storage is switched off.
  }
};

export const remember = (name, value) => {
  try {
    localStorage.setItem(`wall.${name}`, value);
  } catch {
    // The next visit begins as this one did.
  }
};
