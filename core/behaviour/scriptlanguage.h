// SPDX-License-Identifier: MIT
#pragma once

namespace sw {

/// The language as scripts find it. Evaluates to a function of the host, an object that stays inside, and of the global
/// object; it gives the prelude what it needs. Everything that a script could change is taken at the start. Functions
/// of the language that make much out of little are bounded: they cannot be interrupted. What newer engines have is
/// added.
constexpr const char* scriptLanguage = R"JS((function (host, globalThis) {
"use strict";
const most = 1 << 24;
const tooLarge = () => { throw new RangeError("more than 16777216 elements at once are not allowed here"); };
const bound = (prototype, name, size) => {
    const original = prototype[name];
    const apply = Function.prototype.call.bind(Function.prototype.apply);
    Object.defineProperty(prototype, name, { writable: true, configurable: true, value: function (...given) {
        if (size(this, given) > most) tooLarge();
        return apply(original, this, given);
    } });
};
bound(String.prototype, "repeat", (self, given) => String(self).length * Number(given[0]));
bound(String.prototype, "padStart", (self, given) => Number(given[0]));
bound(String.prototype, "padEnd", (self, given) => Number(given[0]));
for (const name of ["fill", "join", "concat", "toString", "map", "sort", "slice", "reverse", "includes", "indexOf", "lastIndexOf", "shift",
                    "unshift", "splice", "copyWithin", "every", "some", "forEach", "filter", "reduce", "reduceRight", "find", "findIndex"])
    bound(Array.prototype, name, (self) => Number(self.length));
const TypedArray = Object.getPrototypeOf(Uint8Array);
bound(TypedArray.prototype, "fill", (self) => Number(self.length));
const nativeFrom = Array.from;
Object.defineProperty(Array, "from", { writable: true, configurable: true, value: function (source, ...more) {
    if (source !== null && source !== undefined && Number(source.length) > most) tooLarge();
    return nativeFrom.call(this, source, ...more);
} });
const NativeBuffer = ArrayBuffer;
const NativeBytes = Uint8Array;
const reflectConstruct = Reflect.construct;
const boundConstructor = (name) => {
    const original = globalThis[name];
    if (original === undefined) return;
    const bounded = new Proxy(original, { construct: (target, given, wanted) => {
        if (Number(given[0]) > most || (given[0] !== null && typeof given[0] === "object" && Number(given[0].length) > most)) tooLarge();
        return reflectConstruct(target, given, wanted);
    } });
    Object.defineProperty(original.prototype, "constructor", { value: bounded, writable: true, configurable: true });
    Object.defineProperty(globalThis, name, { value: bounded, writable: true, configurable: true });
};
for (const name of ["ArrayBuffer", "SharedArrayBuffer", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array",
                    "Int32Array", "Uint32Array", "Float32Array", "Float64Array"])
    boundConstructor(name);

// regular expressions are matched by the host, within limits: the engine's own cannot be interrupted
const matchBounded = (regex, text) => {
    const subject = String(text);
    const flags = regex.flags;
    const goesOn = flags.includes("g") || flags.includes("y");
    const start = goesOn ? Number(regex.lastIndex) || 0 : 0;
    const found = start > subject.length ? [] : host.match(regex.source, flags, subject, start);
    if (found.length === 0) {
        if (goesOn) regex.lastIndex = 0;
        return null;
    }
    if (goesOn) regex.lastIndex = found[1];
    const result = [];
    for (let i = 0; i < found.length; i += 2)
        result.push(found[i] < 0 ? undefined : subject.slice(found[i], found[i + 1]));
    result.index = found[0];
    result.input = subject;
    result.groups = undefined;
    if (!regex.source.includes("(?<")) return result;
    const names = host.groupNames(regex.source, flags);
    for (let i = 1; i < names.length; ++i) {
        if (names[i] === "") continue;
        if (result.groups === undefined) result.groups = Object.create(null);
        result.groups[names[i]] = result[i];
    }
    return result;
};
const redefine = (name, value) => Object.defineProperty(RegExp.prototype, name, { value, writable: true, configurable: true });
redefine("exec", function (text) { return matchBounded(this, text); });
redefine("test", function (text) { return matchBounded(this, text) !== null; });
redefine(Symbol.search, function (text) {
    const before = this.lastIndex;
    this.lastIndex = 0;
    const found = matchBounded(this, text);
    this.lastIndex = before;
    return found === null ? -1 : found.index;
});
const allOf = (regex, text) => {
    const all = [];
    regex.lastIndex = 0;
    for (let found = matchBounded(regex, text); found !== null; found = matchBounded(regex, text)) {
        all.push(found);
        if (found[0] === "") regex.lastIndex = found.index + 1;
    }
    return all;
};
redefine(Symbol.match, function (text) {
    if (!this.flags.includes("g")) return matchBounded(this, text);
    const all = allOf(this, text).map((found) => found[0]);
    return all.length === 0 ? null : all;
});
// what $1, $& and the others in a replacement stand for (ECMAScript, GetSubstitution)
const isDigit = (text) => text >= "0" && text <= "9" && text.length === 1;
const expand = (by, found, subject) => {
    let made = "";
    for (let at = 0; at < by.length; ++at) {
        const sign = by.slice(at, at + 1), next = by.slice(at + 1, at + 2);
        if (sign !== "$" || next === "") { made += sign; continue; }
        ++at;
        if (next === "$") made += "$";
        else if (next === "&") made += found[0];
        else if (next === "`") made += subject.slice(0, found.index);
        else if (next === "'") made += subject.slice(found.index + found[0].length);
        else if (next === "<" && found.groups !== undefined && by.indexOf(">", at) > 0) {
            const end = by.indexOf(">", at), value = found.groups[by.slice(at + 1, end)];
            if (value !== undefined) made += value;
            at = end;
        } else if (isDigit(next)) {
            const two = by.slice(at + 1, at + 2);
            const long = isDigit(two) ? Number(next + two) : 0;
            const group = long > 0 && long < found.length ? long : Number(next);
            if (group === 0 || group >= found.length) { made += "$" + next; continue; }
            if (group === long) ++at;
            if (found[group] !== undefined) made += found[group];
        } else made += "$" + next;
    }
    return made;
};
const replacement = (by, found, subject) => {
    if (typeof by !== "function") return expand(String(by), found, subject);
    const given = [...found, found.index, subject];
    if (found.groups !== undefined) given.push(found.groups);
    return String(by(...given));
};
const replaceFound = (all, subject, by) => {
    let made = "", at = 0;
    for (const found of all) {
        made += subject.slice(at, found.index) + replacement(by, found, subject);
        at = found.index + found[0].length;
    }
    return made + subject.slice(at);
};
redefine(Symbol.replace, function (text, by) {
    const subject = String(text);
    return replaceFound(this.flags.includes("g") ? allOf(this, subject) : [matchBounded(this, subject)].filter((found) => found !== null), subject, by);
});
redefine(Symbol.split, function (text, limit) {
    const subject = String(text);
    const all = allOf(new RegExp(this.source, this.flags.includes("g") ? this.flags : this.flags + "g"), subject);
    const parts = [];
    let at = 0;
    for (const found of all) {
        if (found[0] === "" && (found.index === 0 || found.index >= subject.length)) continue;
        parts.push(subject.slice(at, found.index), ...found.slice(1));
        at = found.index + found[0].length;
    }
    parts.push(subject.slice(at));
    return limit === undefined ? parts : parts.slice(0, limit);
});
const isPattern = (value) => value !== null && typeof value === "object" && typeof value.source === "string";
// the language's own functions get text only: handed a pattern, they would match it without limits
const applyTo = Function.prototype.call.bind(Function.prototype.apply);
for (const [name, symbol] of [["match", Symbol.match], ["search", Symbol.search], ["replace", Symbol.replace], ["split", Symbol.split]]) {
    const original = String.prototype[name];
    const bounded = RegExp.prototype[symbol];
    const takesText = name === "replace" || name === "split";
    Object.defineProperty(String.prototype, name, { writable: true, configurable: true, value: function (pattern, ...more) {
        const text = String(this);
        if (isPattern(pattern)) return applyTo(bounded, pattern, [text, ...more]);
        if (!takesText) return applyTo(bounded, new RegExp(pattern === undefined ? "" : String(pattern)), [text]);
        return applyTo(original, text, [pattern === undefined ? undefined : String(pattern), ...more]);
    } });
}

// what scripts written for newer engines use; written as loops, which can be interrupted
const add = (prototype, name, value) => Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
const needsAll = (pattern, name) => {
    if (!pattern.flags.includes("g")) throw new TypeError(name + " takes a pattern with the flag g");
};
add(String.prototype, "replaceAll", function (pattern, by) {
    const subject = String(this);
    if (isPattern(pattern)) {
        needsAll(pattern, "replaceAll");
        return replaceFound(allOf(pattern, subject), subject, by);
    }
    const wanted = String(pattern), all = [];
    for (let at = subject.indexOf(wanted); at >= 0 && at <= subject.length; at = subject.indexOf(wanted, at + (wanted.length || 1))) {
        const found = [wanted];
        found.index = at;
        all.push(found);
        if (wanted === "" && at === subject.length) break;
    }
    return replaceFound(all, subject, by);
});
add(String.prototype, "matchAll", function (pattern) {
    if (isPattern(pattern)) needsAll(pattern, "matchAll");
    const regex = isPattern(pattern) ? new RegExp(pattern.source, pattern.flags) : new RegExp(pattern === undefined ? "" : String(pattern), "g");
    return allOf(regex, String(this))[Symbol.iterator]();
});
const placeOf = (length, index) => {
    const place = Math.trunc(Number(index)) || 0;
    return place < 0 ? length + place : place;
};
add(String.prototype, "at", function (index) {
    const text = String(this), place = placeOf(text.length, index);
    return place >= 0 && place < text.length ? text[place] : undefined;
});
for (const prototype of [Array.prototype, TypedArray.prototype])
    add(prototype, "at", function (index) { return this[placeOf(this.length, index)]; });
const trimmed = String.prototype.trim;
for (const name of ["trimStart", "trimLeft"])
    add(String.prototype, name, function () { return applyTo(trimmed, String(this) + "|", []).slice(0, -1); });
for (const name of ["trimEnd", "trimRight"])
    add(String.prototype, name, function () { return applyTo(trimmed, "|" + String(this), []).slice(1); });
const flatten = (from, depth, into) => {
    for (let i = 0; i < from.length; ++i) {
        if (!(i in from)) continue;
        if (Array.isArray(from[i]) && depth > 0) flatten(from[i], depth - 1, into);
        else into.push(from[i]);
    }
    return into;
};
add(Array.prototype, "flat", function (depth) { return flatten(this, depth === undefined ? 1 : Number(depth) || 0, []); });
add(Array.prototype, "flatMap", function (call, self) { return flatten(this.map(call, self), 1, []); });
for (const prototype of [Array.prototype, TypedArray.prototype]) {
    add(prototype, "findLastIndex", function (call, self) {
        for (let i = this.length - 1; i >= 0; --i)
            if (applyTo(call, self, [this[i], i, this])) return i;
        return -1;
    });
    add(prototype, "findLast", function (call, self) { return this[this.findLastIndex(call, self)]; });
}
add(Object, "fromEntries", (pairs) => {
    const made = {};
    for (const pair of pairs) made[pair[0]] = pair[1];
    return made;
});
const owns = Object.prototype.hasOwnProperty;
add(Object, "hasOwn", (object, name) => applyTo(owns, object, [name]));
delete globalThis.Promise; // its functions would be called outside of a call, without limits
return { NativeBuffer, NativeBytes, most, tooLarge };
}))JS";

} // namespace sw
