// What this browser remembers of its user: a few words, none of which the page cannot do without.

const memory = (storage) => ({
  recall: (name) => {
    try {
      return storage().getItem(`wall.${name}`);
    } catch {
      return null; // Storage is switched off.
    }
  },
  remember: (name, value) => {
    try {
      storage().setItem(`wall.${name}`, value);
    } catch {
      // The next visit begins as this one did.
    }
  },
});

export const lasting = memory(() => localStorage);
export const ofThisTab = memory(() => sessionStorage);
