"""Documents per second of processor time that another inliner reaches: inline.py css-inline|premailer SECONDS FILE...

Prints one JSON object with a rate for each file. Each file is tried for SECONDS, at least once after a first time that is not counted.
"""
import json
import logging
import sys
import time


def css_inline():
    import css_inline

    inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
    return inliner.inline


def premailer():
    from premailer import Premailer

    def inline(html):
        return Premailer(
            html, allow_network=False, disable_validation=True, cssutils_logging_level=logging.CRITICAL
        ).transform()

    return inline


def rate(inline, html, seconds):
    inline(html)
    count, started = 0, time.process_time()
    while True:
        inline(html)
        count += 1
        passed = time.process_time() - started
        if passed >= seconds:
            return count / passed


tool = {"css-inline": css_inline, "premailer": premailer}[sys.argv[1]]()
texts = {path: open(path, encoding="utf-8").read() for path in sys.argv[3:]}
json.dump({path: rate(tool, text, float(sys.argv[2])) for path, text in texts.items()}, sys.stdout)
