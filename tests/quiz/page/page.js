// A fake model: what the widget manager gives to the quiz, without a kernel behind it.
import quiz from "./quiz.js";

class Model {
  constructor(state) {
    this.state = state;
    this.handlers = {};
    this.sent = [];
    this.saves = 0;
    this.kernel = "alive"; // or "silent", "dead"
  }
  get(name) { return this.state[name]; }
  set(name, value) { this.state[name] = value; this.fire(`change:${name}`); }
  on(name, handler) { (this.handlers[name] ??= new Set()).add(handler); }
  off(name, handler) { this.handlers[name]?.delete(handler); }
  fire(name, value) { for (const handler of this.handlers[name] ?? []) handler(value); }
  save_changes() {
    if (this.kernel === "dead") throw new Error("Kernel is dead");
    this.saves += 1;
  }
  send(message) {
    if (this.kernel === "dead") throw new Error("Kernel is dead");
    this.sent.push(message);
    if (this.kernel === "silent") return;
    this.answer(message, true, "");
  }
  answer(message, kept, note) {
    const { question, attempt } = message;
    this.fire("msg:custom", { kind: "kept", question, attempt, kept, note });
  }
}

window.leaked = []; // keys that reached the page behind the quiz
document.addEventListener("keydown", (event) => window.leaked.push(event.key));
window.mount = (state, place = "one") => {
  const model = new Model(structuredClone(state));
  return { model, ...window.view(model, place) };
};
window.view = (model, place) => ({
  close: quiz.render({ model, el: document.getElementById(place) }),
});
window.ready = true;
