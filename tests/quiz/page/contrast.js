// Returns [{what, where, ratio}]: WCAG contrast of every visible text, verdict sign and verdict line.
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const parse = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => {
    const alpha = top[3];
    return [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha));
  };
  const ground = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      layers.push(parse(getComputedStyle(e).backgroundColor));
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => linear(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const note = (what, element, color, background) => {
    const pair = [luminance(over(parse(color), background)), luminance(background)];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    found.push({ what, where: element.className || element.tagName, ratio });
  };
  const walker = document.createTreeWalker(
    document.querySelector(".dealab-quiz"),
    NodeFilter.SHOW_TEXT,
  );
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility()) continue;
    note("text", element, getComputedStyle(element).color, ground(element));
  }
  for (const svg of document.querySelectorAll(".dq-verdict svg")) {
    const verdict = svg.parentElement;
    if (svg.checkVisibility()) note("sign", verdict, getComputedStyle(svg).stroke, ground(verdict));
  }
  for (const option of document.querySelectorAll(".dq-right, .dq-wrong, :has(> * > :checked)")) {
    note("line", option, getComputedStyle(option).borderLeftColor, ground(option.parentElement));
  }
  return found;
}
