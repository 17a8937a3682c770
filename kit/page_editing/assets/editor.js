// An editor of Python, in a shadow root, so that its styles need no permission of the page's policy.

/**
 * @typedef {object} Editor
 * @property {HTMLElement} host
 * @property {() => string} code
 * @property {(code: string) => void} replace
 * @property {(at?: number) => void} focus with the cursor after so many characters
 * @property {(line: number | null) => void} mark the line of an error
 */
/** @typedef {{ changed(): void, run(): void }} Heard what a reader does in it */

/** @type {Promise<any> | undefined} */
let library;

/** The library, which is fetched once. */
const codemirror = () => library ??= import(new URL("./codemirror.js", import.meta.url).href);

const HOW = "Press Escape and then Tab to leave the editor. Control and Enter run the page.";

// The names that Pygments gives to words of code, so that they look as on the rest of the page.
/** @param {any} t */
const colours = (t) => [
  { tag: [t.keyword, t.self, t.bool, t.null], class: "k" },
  { tag: [t.operatorKeyword], class: "ow" },
  { tag: [t.string, t.special(t.string)], class: "s" },
  { tag: [t.number], class: "m" },
  { tag: [t.comment], class: "c" },
  { tag: [t.function(t.definition(t.variableName)), t.definition(t.className)], class: "nf" },
  { tag: [t.operator, t.derefOperator, t.compareOperator, t.arithmeticOperator], class: "o" },
];

const THEME = {
  "&": { color: "var(--md-code-fg-color)", backgroundColor: "var(--md-code-bg-color)" },
  "&.cm-focused": { outline: "0.1rem solid var(--md-accent-fg-color)", outlineOffset: "-0.1rem" },
  ".cm-scroller": { fontFamily: "var(--md-code-font-family, monospace)", lineHeight: "1.4" },
  ".cm-content": { padding: "0.7720588235em 0", caretColor: "var(--md-code-fg-color)" },
  ".cm-line": { padding: "0 1.1764705882em" },
  ".cm-cursor": { borderLeftColor: "var(--md-code-fg-color)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--md-accent-fg-color--transparent)",
  },
  ".cm-placeholder": { color: "var(--md-default-fg-color--light)" },
  ".wrong": { boxShadow: "inset 0.2rem 0 var(--page-error)", backgroundColor: "var(--page-error-ground)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "0.05rem solid currentcolor" },
  ".k, .ow": { color: "var(--md-code-hl-keyword-color)" },
  ".s": { color: "var(--md-code-hl-string-color)" },
  ".m": { color: "var(--md-code-hl-number-color)" },
  ".c": { color: "var(--md-code-hl-comment-color)" },
  ".nf": { color: "var(--md-code-hl-function-color)" },
  ".o": { color: "var(--md-code-hl-operator-color)" },
};

/**
 * Code as the page shows it, in the colours that it has there.
 * @param {string} code
 */
export async function coloured(code) {
  const { highlightCode, pythonLanguage, tagHighlighter, tags } = await codemirror();
  const shown = document.createDocumentFragment();
  /** @type {(text: string, classes: string) => void} */
  const put = (text, classes) => {
    if (!classes) return shown.append(text);
    const span = document.createElement("span");
    span.className = classes;
    span.textContent = text;
    shown.append(span);
  };
  highlightCode(code, pythonLanguage.parser.parse(code), tagHighlighter(colours(tags)), put, () => shown.append("\n"));
  return shown;
}

/**
 * Tab goes on to the next thing on the page until something was done in the editor: then it indents, up to Escape.
 * @param {any} cm
 */
function tabKeys({ EditorView, Prec, indentLess, indentMore, keymap }) {
  let within = false;
  const begin = () => {
    within = true;
    return false;
  };
  const end = () => within = false;
  const keys = Prec.highest(keymap.of([
    { key: "Tab", run: (/** @type {any} */ view) => within && indentMore(view) },
    { key: "Shift-Tab", run: (/** @type {any} */ view) => within && indentLess(view) },
    { key: "Escape", run: end },
  ]));
  const heard = EditorView.domEventHandlers({
    keydown: (/** @type {KeyboardEvent} */ { key }) =>
      /^(Tab|Escape|Shift|Control|Alt|Meta)$/.test(key) ? false : begin(),
    pointerdown: begin,
    blur: end,
  });
  return [heard, keys];
}

/**
 * What is typed over a selection, put there by the library: a browser would keep the selection's look in an attribute
 * `style`, which the page's policy forbids.
 * @param {any} cm
 */
const typedOver = ({ EditorView }) =>
  EditorView.domEventHandlers({
    beforeinput(/** @type {InputEvent} */ { data, inputType, isComposing }, /** @type {any} */ view) {
      const { from, to, empty } = view.state.selection.main;
      if (empty || !data || isComposing || inputType !== "insertText") return false;
      const typed = () =>
        view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
      const own = view.state.facet(EditorView.inputHandler); // as to put brackets around it
      if (!own.some((/** @type {any} */ put) => put(view, from, to, data, typed))) view.dispatch(typed());
      return true;
    },
  });

/** @type {(code: string, name: string, heard: Heard) => Promise<Editor>} */
export async function edit(code, name, heard) {
  const cm = await codemirror();
  const { Decoration, EditorState, EditorView, StateEffect, StateField } = cm;
  const host = document.createElement("div");
  host.className = "page-editing__editor";
  const root = host.attachShadow({ mode: "open" });
  const how = document.createElement("p");
  how.id = "how";
  how.hidden = true;
  how.textContent = HOW;

  /** The line of an error; any change takes its mark away. */
  const wrong = StateEffect.define();
  const marks = StateField.define({
    create: () => Decoration.none,
    update(/** @type {any} */ shown, /** @type {any} */ { docChanged, effects, state }) {
      for (const effect of effects) {
        if (!effect.is(wrong)) continue;
        const at = effect.value > 0 && effect.value <= state.doc.lines && state.doc.line(effect.value).from;
        return at === false ? Decoration.none : Decoration.set([Decoration.line({ class: "wrong" }).range(at)]);
      }
      return docChanged ? Decoration.none : shown;
    },
    provide: (/** @type {any} */ field) => EditorView.decorations.from(field),
  });

  const run = () => {
    heard.run();
    return true;
  };
  const view = new EditorView({
    root,
    state: EditorState.create({
      doc: code.replace(/\n$/, ""),
      extensions: [
        ...tabKeys(cm),
        typedOver(cm),
        cm.Prec.highest(cm.keymap.of([{ key: "Mod-Enter", run }, { key: "Ctrl-Enter", run }])),
        cm.history(),
        cm.drawSelection(),
        cm.indentUnit.of("    "),
        cm.indentOnInput(),
        cm.bracketMatching(),
        cm.closeBrackets(),
        cm.placeholder("Write Python here"),
        cm.keymap.of([...cm.closeBracketsKeymap, ...cm.historyKeymap, ...cm.defaultKeymap]),
        cm.pythonLanguage,
        cm.syntaxHighlighting(cm.tagHighlighter(colours(cm.tags))),
        EditorView.theme(THEME),
        EditorView.contentAttributes.of({ "aria-label": name, "aria-describedby": how.id, tabindex: "0" }),
        EditorView.updateListener.of((/** @type {any} */ { docChanged }) => docChanged && heard.changed()),
        marks,
      ],
    }),
  });
  root.append(view.dom, how);
  const own = () => `${view.state.doc}\n`;
  return {
    host,
    code: own,
    replace(code) {
      const insert = code.replace(/\n$/, "");
      if (insert !== view.state.doc.toString()) {
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert } });
      }
    },
    focus(at) {
      view.focus();
      if (at !== undefined) view.dispatch({ selection: { anchor: Math.min(at, view.state.doc.length) } });
    },
    mark: (line) => view.dispatch({ effects: wrong.of(line ?? 0) }),
  };
}
