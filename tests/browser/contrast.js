// Measures contrast once for texts that are painted alike, on all pages of a window: two thirds of axe's time.
// Alike are texts of one style in boxes of one style, up to the root. Only a text that passed spares others.
() => {
    const AROUND = [
        "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "position", "zIndex", "float",
        "transform", "marginTop", "marginLeft",
    ];
    const OWN = ["color", "fontSize", "fontWeight", "textShadow", "webkitTextStrokeWidth"];
    const rule = axe._audit.rules.find(one => one.id === "color-contrast");
    const check = axe._audit.checks["color-contrast"];
    const {matches} = rule, {evaluate} = check;
    const passed = new Set();
    let boxes = new Map();

    const written = (one, names) => {
        const style = getComputedStyle(one);
        return names.map(name => style[name]).join();
    };
    const around = one => {
        if (!one) return "";
        if (!boxes.has(one)) boxes.set(one, `${around(one.parentElement)}/${written(one, AROUND)}`);
        return boxes.get(one);
    };
    const paint = one => around(one) + written(one, OWN);

    rule.matches = function (node, ...rest) {
        // The first of a run: what was open before may have changed.
        if (node === document.documentElement) boxes = new Map();
        return !passed.has(paint(node)) && matches.call(this, node, ...rest);
    };
    check.evaluate = function (node, ...rest) {
        if (passed.has(paint(node))) return true;
        const found = evaluate.call(this, node, ...rest);
        if (found === true) passed.add(paint(node));
        return found;
    };
}
