// The attention of a trained model: a sentence and a head are chosen, arcs and a table show what each
// word looks at. The data is in the page; the address keeps what is chosen (#sentence=0&layer=3&head=10).
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const root = document.getElementById("attention");
  if (!root) return;
  const find = (selector) => root.querySelector(selector);
  const data = JSON.parse(find("#attention-data").textContent);
  for (const sentence of data.sentences) {
    sentence.bytes = Uint8Array.from(atob(sentence.weights), (letter) => letter.charCodeAt(0));
  }
  const state = { sentence: 0, layer: 3, head: 10, least: 0.15, special: false, word: null };
  const ROW = 34; // height of a word, in CSS pixels
  const COLOUR = [42, 120, 214]; // of the small pictures; legible on white and on black

  const number = (weight) => weight.toFixed(2);
  const isSpecial = (token) => token === "[CLS]" || token === "[SEP]";
  const sentence = () => data.sentences[state.sentence];

  // How much word `looks` looks at word `seen`, in a layer and a head counted from 1.
  function weight(layer, head, looks, seen) {
    const { bytes, tokens } = sentence();
    const n = tokens.length;
    return bytes[(((layer - 1) * data.heads + head - 1) * n + looks) * n + seen] / 255;
  }

  function element(name, attributes = {}, ...children) {
    const svg = ["svg", "path", "circle", "rect", "text", "title", "g"].includes(name);
    const made = svg
      ? document.createElementNS("http://www.w3.org/2000/svg", name)
      : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // The heads, each as a small picture of its table

  const grid = find(".grid");
  grid.style.setProperty("--heads", data.heads);
  const buttons = [];
  for (let layer = 1; layer <= data.layers; layer++) {
    for (let head = 1; head <= data.heads; head++) {
      const button = element("button", {
        type: "button", role: "radio", "aria-label": `layer ${layer}, head ${head}`,
      }, element("canvas"));
      button.addEventListener("click", () => choose({ layer, head }));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: data.heads, ArrowUp: -data.heads };
        if (!(event.key in step)) return;
        event.preventDefault();
        const next = buttons[buttons.indexOf(button) + step[event.key]];
        if (next) { next.focus(); next.click(); }
      });
      buttons.push(button);
      grid.append(button);
    }
  }

  function drawHeads() {
    const n = sentence().tokens.length;
    buttons.forEach((button, index) => {
      const layer = Math.floor(index / data.heads) + 1, head = (index % data.heads) + 1;
      const canvas = button.firstChild;
      canvas.width = canvas.height = n;
      const context = canvas.getContext("2d"), image = context.createImageData(n, n);
      for (let looks = 0; looks < n; looks++) {
        for (let seen = 0; seen < n; seen++) {
          const shade = Math.round(255 * Math.sqrt(weight(layer, head, looks, seen)));
          image.data.set([...COLOUR, shade], 4 * (looks * n + seen));
        }
      }
      context.putImageData(image, 0, 0);
    });
  }

  // Arcs between words that stand one below the other

  const arcs = find(".arcs");
  let words = [];

  function layOutWords() {
    const { tokens } = sentence();
    const list = element("ol", { "aria-label": "words" });
    words = tokens.map((token, place) => {
      const button = element("button", { type: "button", "aria-pressed": "false" }, token);
      button.addEventListener("click", () => pick(state.word === place ? null : place));
      button.addEventListener("keydown", (event) => {
        const next = { ArrowDown: place + 1, ArrowUp: place - 1 }[event.key];
        if (event.key === "Escape") pick(null);
        if (next === undefined) return;
        event.preventDefault();
        if (words[next]) { words[next].focus(); pick(next); }
      });
      list.append(element("li", {}, button));
      return button;
    });
    list.style.setProperty("--row", `${ROW}px`);
    arcs.replaceChildren(
      element("svg", { class: "earlier", "aria-hidden": "true" }), list,
      element("svg", { class: "later", "aria-hidden": "true" }),
    );
  }

  function drawArcs() {
    const { tokens } = sentence(), n = tokens.length, height = n * ROW, width = 130;
    const [earlier, later] = arcs.querySelectorAll("svg");
    for (const side of [earlier, later]) {
      side.setAttribute("viewBox", `0 0 ${width} ${height}`);
      side.style.height = `${height}px`;
      side.setAttribute("preserveAspectRatio", side === earlier ? "xMaxYMin meet" : "xMinYMin meet");
      side.replaceChildren();
    }
    for (let looks = 0; looks < n; looks++) {
      for (let seen = 0; seen < n; seen++) {
        const amount = weight(state.layer, state.head, looks, seen);
        const hidden = !state.special && (isSpecial(tokens[looks]) || isSpecial(tokens[seen]));
        if (amount < state.least || hidden) continue;
        if (state.word !== null && state.word !== looks) continue;
        const from = (looks + 0.5) * ROW, to = (seen + 0.5) * ROW;
        const side = seen > looks ? later : earlier;
        const edge = side === later ? 2 : width - 2, out = side === later ? 1 : -1;
        const style = { "stroke-width": 0.6 + 5 * amount, class: "arc" };
        if (seen === looks) {
          side.append(element("circle", { cx: edge + out * 8, cy: from, r: 6, ...style }));
          continue;
        }
        const reach = edge + out * Math.min(width * 1.25, 22 + 20 * Math.abs(seen - looks) ** 0.8);
        side.append(element("path", { d: `M${edge} ${from}C${reach} ${from} ${reach} ${to} ${edge} ${to}`, ...style }));
      }
    }
  }

  function say() {
    const { tokens } = sentence();
    words.forEach((button, place) => {
      const amount = state.word === null ? 0 : weight(state.layer, state.head, state.word, place);
      button.setAttribute("aria-pressed", String(state.word === place));
      button.style.setProperty("--weight", amount);
      button.title = state.word === null ? "" : number(amount);
    });
    if (state.word === null) {
      find(".said").textContent = "Choose a word to see what it looks at.";
      return;
    }
    const most = tokens.map((token, place) => [weight(state.layer, state.head, state.word, place), token])
      .sort((one, other) => other[0] - one[0]).slice(0, 4).filter(([amount]) => amount >= 0.01);
    const list = most.map(([amount, token]) => `“${token}” ${number(amount)}`).join(", ");
    find(".said").textContent = `“${tokens[state.word]}” looks at ${list}.`;
  }

  // The table

  function drawTable() {
    const { tokens } = sentence(), n = tokens.length, cell = 20, left = 78, top = 74;
    const picture = element("svg", {
      viewBox: `0 0 ${left + n * cell + 2} ${top + n * cell + 2}`, role: "img",
      "aria-label": "weights as a table: a row is the word that looks, a column the word that is looked at",
    });
    tokens.forEach((token, place) => {
      const middle = (place + 0.5) * cell;
      const chosen = state.word === place ? "chosen" : "";
      picture.append(
        element("text", { x: left - 6, y: top + middle + 4, "text-anchor": "end", class: chosen }, token),
        element("text", { transform: `translate(${left + middle + 4} ${top - 6}) rotate(-90)` }, token),
      );
    });
    for (let looks = 0; looks < n; looks++) {
      for (let seen = 0; seen < n; seen++) {
        const amount = weight(state.layer, state.head, looks, seen);
        const square = element("rect", {
          x: left + seen * cell + 0.5, y: top + looks * cell + 0.5, width: cell - 1, height: cell - 1,
        }, element("title", {}, `“${tokens[looks]}” looks at “${tokens[seen]}”: ${number(amount)}`));
        square.style.setProperty("--weight", amount);
        square.addEventListener("click", () => pick(state.word === looks ? null : looks));
        picture.append(square);
      }
    }
    if (state.word !== null) {
      picture.append(element("rect", {
        class: "frame", x: left, y: top + state.word * cell, width: n * cell, height: cell,
      }));
    }
    find(".table").replaceChildren(picture);
  }

  // What is chosen

  function pick(word) {
    state.word = word;
    drawArcs(); say(); drawTable();
  }

  function choose(changes) {
    const another = "sentence" in changes && changes.sentence !== state.sentence;
    Object.assign(state, changes, another ? { word: null } : {});
    if (another || !words.length) { drawHeads(); layOutWords(); }
    buttons.forEach((button, index) => {
      const on = index === (state.layer - 1) * data.heads + state.head - 1;
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = on ? 0 : -1;
    });
    const named = data.named.find((one) => one.layer === state.layer && one.head === state.head);
    find(".chosen").textContent =
      `Layer ${state.layer}, head ${state.head}${named ? `: ${named.name}` : ""}`;
    find(".source").textContent = sentence().source;
    find("select").value = state.sentence;
    find("output").textContent = number(state.least);
    drawArcs(); say(); drawTable();
  }

  function keepInAddress() {
    const { sentence, layer, head } = state;
    history.replaceState(null, "", `#${new URLSearchParams({ sentence, layer, head })}`);
  }

  function readAddress() {
    const asked = new URLSearchParams(location.hash.slice(1)), changes = {};
    const most = { sentence: data.sentences.length - 1, layer: data.layers, head: data.heads };
    for (const name of Object.keys(most)) {
      const value = Number.parseInt(asked.get(name), 10);
      if (value >= (name === "sentence" ? 0 : 1) && value <= most[name]) changes[name] = value;
    }
    return changes;
  }

  find("select").addEventListener("change", (event) => choose({ sentence: Number(event.target.value) }));
  find("[name=least]").addEventListener("input", (event) => choose({ least: Number(event.target.value) }));
  find("[name=special]").addEventListener("change", (event) => choose({ special: event.target.checked }));
  for (const button of root.querySelectorAll(".named button")) {
    button.addEventListener("click", () =>
      choose({ layer: Number(button.dataset.layer), head: Number(button.dataset.head) }));
  }
  root.addEventListener("click", keepInAddress);
  root.addEventListener("change", keepInAddress);
  window.addEventListener("hashchange", () => choose(readAddress()));
  choose(readAddress());
});
