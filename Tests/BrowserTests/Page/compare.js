// Loads each case's source and compiled mail into two frames, walks both trees side by side and writes every difference of computed
// style and of place into the page, where Chromium's --dump-dom finds it.
'use strict';

const widths = [360, 800];
const states = ['hover', 'active', 'focus', 'visited'];
// Of each width and state.
const mostTold = 12;
// Their styles show nowhere, and compiling may take them out.
const passedOver = new Set([
    'head', 'style', 'script', 'title', 'meta', 'link', 'base', 'template', 'noscript', 'iframe', 'frame', 'object', 'embed', 'applet', 'portal',
]);

function load(frame, address) {
    return new Promise((resolve) => {
        frame.onload = () => resolve(frame.contentDocument);
        frame.src = address;
    });
}

function children(element) {
    return Array.from(element.children).filter((child) => !passedOver.has(child.localName));
}

// Pairs of elements in document order; where the trees differ, that is told and the branch is left.
function pairs(source, compiled, path, found, tell) {
    found.push([source, compiled, path]);
    const left = children(source), right = children(compiled);
    if (left.length !== right.length) tell(path, 'children', left.map((e) => e.localName).join(' '), right.map((e) => e.localName).join(' '));
    for (let index = 0; index < Math.min(left.length, right.length); index++) {
        const place = `${path} > ${left[index].localName}[${index + 1}]`;
        if (left[index].localName === right[index].localName) pairs(left[index], right[index], place, found, tell);
        else tell(place, 'element', left[index].localName, right[index].localName);
    }
}

function compareStyles(source, compiled, pseudo, path, tell) {
    const left = source.ownerDocument.defaultView.getComputedStyle(source, pseudo);
    const right = compiled.ownerDocument.defaultView.getComputedStyle(compiled, pseudo);
    if (pseudo && left.content === 'none' && right.content === 'none') return;
    for (let index = 0; index < left.length; index++) {
        const property = left[index];
        const before = left.getPropertyValue(property), after = right.getPropertyValue(property);
        if (before !== after) tell(path + (pseudo || ''), property, before, after);
    }
}

function compareBoxes(source, compiled, path, tell) {
    const left = source.getBoundingClientRect(), right = compiled.getBoundingClientRect();
    for (const side of ['left', 'top', 'width', 'height']) {
        if (Math.abs(left[side] - right[side]) > 0.02) tell(path, `box ${side}`, String(left[side]), String(right[side]));
    }
}

function stopMotion(frameDocument) {
    for (const animation of frameDocument.getAnimations()) {
        if (animation instanceof frameDocument.defaultView.CSSTransition) animation.finish();
        else animation.cancel();
    }
}

function compareAll(documents, tell) {
    documents.forEach(stopMotion);
    const found = [];
    pairs(documents[0].documentElement, documents[1].documentElement, 'html', found, tell);
    for (const [source, compiled, path] of found) {
        for (const pseudo of [null, '::before', '::after']) compareStyles(source, compiled, pseudo, path, tell);
        compareBoxes(source, compiled, path, tell);
    }
    return found.length;
}

function rulesOf(list, found) {
    for (const rule of list) {
        if (rule.selectorText !== undefined) found.push(rule);
        if (rule.cssRules) rulesOf(rule.cssRules, found);
    }
    return found;
}

// Makes a state hold for every element: `:hover` becomes something that holds always and weighs as much. Gives a function that undoes it.
function pretend(state, frameDocument) {
    const pattern = new RegExp(`:${state}(?![-\\w(])`, 'gi');
    const changed = [];
    for (const sheet of frameDocument.styleSheets) {
        let rules;
        try { rules = rulesOf(sheet.cssRules, []); } catch { continue; }
        for (const rule of rules) {
            const selector = rule.selectorText;
            if (selector.search(pattern) < 0) continue;
            rule.selectorText = selector.replace(pattern, ':not(.comm-never)');
            changed.push([rule, selector]);
        }
    }
    return { count: changed.length, undo: () => changed.forEach(([rule, selector]) => { rule.selectorText = selector; }) };
}

// What goes wrong moves and resizes many others: those differences are told last.
const consequences = /^(box |(min-|max-)?(block|inline)-size$|width$|height$|perspective-origin$|transform-origin$|inset|top$|left$|right$|bottom$)/;

function compareState(documents, width, state, result) {
    const causes = [], others = [];
    result.elements = compareAll(documents, (path, property, source, compiled) => {
        (consequences.test(property) ? others : causes).push({ width, state, path, property, source, compiled });
    });
    const told = causes.concat(others);
    result.total += told.length;
    result.differences.push(...told.slice(0, mostTold));
}

async function compareCase(entry, frames) {
    const result = { name: entry.name, elements: 0, states: 0, total: 0, differences: [] };
    for (const width of widths) {
        for (const frame of frames) frame.style.width = `${width}px`;
        // Loaded anew for each width: no media query can be left as it was.
        const documents = await Promise.all([load(frames[0], `${entry.source}?${width}`), load(frames[1], `${entry.compiled}?${width}`)]);
        const modes = documents.map((frameDocument) => frameDocument.compatMode);
        if (modes[0] !== modes[1]) {
            result.total++;
            result.differences.push({ width, state: '', path: 'document', property: 'mode', source: modes[0], compiled: modes[1] });
        }
        compareState(documents, width, '', result);
        for (const state of states) {
            const pretended = documents.map((frameDocument) => pretend(state, frameDocument));
            if (pretended.some((change) => change.count > 0)) {
                result.states++;
                compareState(documents, width, state, result);
            }
            pretended.forEach((change) => change.undo());
        }
    }
    return result;
}

async function main() {
    const frames = ['source', 'compiled'].map((name) => document.getElementById(name));
    const answer = { results: [], error: null };
    try {
        for (const entry of cases) answer.results.push(await compareCase(entry, frames));
    } catch (error) {
        answer.error = String(error && error.stack || error);
    }
    // Encoded, so that nothing of a mail is taken for the page's markup.
    document.getElementById('answer').textContent = encodeURIComponent(JSON.stringify(answer));
}

main();
