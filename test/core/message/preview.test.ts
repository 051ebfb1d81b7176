// Previews: the first words, never markup, never long, never slow.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MAX_PREVIEW_CHARACTERS, previewOf } from '../../../lib/core/message/preview.ts';

void test('the text comes before the HTML, its white space folded', () => {
  assert.equal(previewOf(' Hello\r\n\r\n\tWorld \n', '<p>other'), 'Hello World');
});

void test('HTML speaks where there is no text, or only an empty one', () => {
  assert.equal(previewOf(null, '<p>Hello&nbsp;<b>World</b></p>'), 'Hello World');
  assert.equal(previewOf(' \n', '<p>Hello'), 'Hello');
});

void test('styles, scripts, titles, comments and attributes are not for reading', () => {
  const html =
    '<!doctype html><head><TITLE>t</TITLE><style>p > a { x: "<b>" }</style></head><!-- <p>c</p> --><script>1<2</script><a href="x">Hi</a>';
  assert.equal(previewOf(null, html), 'Hi');
});

void test('entities are decoded once', () => {
  assert.equal(
    previewOf(null, '&lt;b&gt; &amp;amp; &#65;&#x42; &unknown; &#xd800;&#1114112;'),
    '<b> &amp; AB &unknown;',
  );
});

void test('nothing gives nothing', () => {
  assert.equal(previewOf(null, null), '');
  assert.equal(previewOf('', ''), '');
  assert.equal(previewOf(null, '<style>never closed'), '');
});

void test('padding of no width is folded away, as marketing mail has it', () => {
  assert.equal(previewOf(null, 'Sale&#847;&zwnj; &#8203;\u200c\u034f now'), 'Sale now');
});

void test('a preview is at most 256 characters, and a pair of surrogates is not cut', () => {
  assert.equal(previewOf('a'.repeat(1000), null).length, MAX_PREVIEW_CHARACTERS);
  const cut = previewOf(`a${'😀'.repeat(1000)}`, null);
  assert.equal(cut.length, MAX_PREVIEW_CHARACTERS - 1);
  assert.ok(cut.isWellFormed());
});

void test('any bodies give a short line without control characters', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '<!--',
    '-->',
    '<style>',
    '</style>',
    '&',
    '#',
    ';',
    'amp',
    'a',
    ' ',
    '\n',
    '\0',
  );
  const body = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.option(body), fc.option(body), (text, html) => {
      const preview = previewOf(text, html);
      assert.ok(preview.length <= MAX_PREVIEW_CHARACTERS);
      assert.doesNotMatch(preview, /\p{Cc}/u);
      assert.equal(preview, preview.trim());
    }),
    { numRuns: 1000 },
  );
});

void test('ten megabytes of open markup take no time', () => {
  for (const piece of ['<', '<style', '<!--', '&#', '& ', '<a>']) {
    const startedMs = performance.now();
    previewOf(null, piece.repeat(10_000_000 / piece.length));
    assert.ok(performance.now() - startedMs < 1000, piece);
  }
});

void test('the first words are found behind much that is none, and are those of the whole however much there is', () => {
  assert.equal(previewOf(`${' '.repeat(10_000)}Hello`, null), 'Hello');
  assert.equal(previewOf(null, `<style>${'x'.repeat(50_000)}</style><p>Hello</p>`), 'Hello');
  const marked = '<i>x</i>&amp;';
  assert.equal(previewOf(null, marked.repeat(5000)), previewOf(null, marked.repeat(200)));
  assert.equal(previewOf(null, '<p>\u0130\u0130\u0130 <b>bold</b> end</p>'), '\u0130\u0130\u0130 bold end');
});
