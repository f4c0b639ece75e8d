"use strict";
// Draws what Python measured: outlines and words, each with its style. Values go in as attributes and text only.
const CheckPicture = (function () {
  const SVG = "http://www.w3.org/2000/svg";

  function node(tag, attributes) {
    const one = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    return one;
  }

  function panel(data, styles, title) {
    const [width, height] = data.s;
    const svg = node("svg", {viewBox: `0 0 ${width} ${height}`, width: width / 2, height: height / 2, role: "img"});
    const name = node("title", {});
    name.textContent = title;
    svg.append(name);
    for (const [style, path] of data.p) svg.append(node("path", {...styles[style], d: path}));
    for (const [x, y, anchor, text] of data.w) {
      const word = node("text", {...styles.word, x, y, "text-anchor": anchor});
      word.textContent = text;
      svg.append(word);
    }
    return svg;
  }

  return {panels: (list, styles, title) => list.map((one) => panel(one, styles, title))};
})();
