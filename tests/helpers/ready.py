"""What a page in the browser is waited for with."""

# A page's scripts have run once its questions are live and the code in view has its buttons.
READY = """() => !document.querySelector("article details.quiz:not([data-live])")
    && [...document.querySelectorAll("article pre:has(> code)")].every((pre) => {
        const {top, bottom} = pre.getBoundingClientRect();
        return !pre.checkVisibility() || bottom <= 0 || top >= innerHeight || pre.querySelector(".md-code__nav");
    })"""

# Code gets its buttons as it nears the screen.
NEAR_ALL_CODE = """async () => {
    for (const pre of document.querySelectorAll("article pre:has(> code)")) {
        if (!pre.checkVisibility()) continue;
        pre.scrollIntoView({block: "center", behavior: "instant"});
        while (!pre.querySelector(".md-code__nav")) await new Promise(requestAnimationFrame);
    }
}"""
