"""The page in a real browser: Chromium without a screen, over the models that ship."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402 - after the skip
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
]
TEXT = (
    "The city council voted on Monday not to close the old bridge over the river, after residents "
    "collected 4,200 signatures against the plan."
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile = tmp_path_factory.mktemp("profile")
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    one = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield one
    one.quit()


@pytest.fixture
def page(browser, address) -> Iterator:
    browser.set_window_size(1280, 900)
    media(browser, "light")
    browser.get(address)
    until(browser, lambda: "Ready" in text_of(browser, "state"))
    yield browser
    # A refusal of the API is logged as a failed load; nothing else may be.
    logged = [one["message"] for one in browser.get_log("browser")]
    assert [line for line in logged if "status of 4" not in line] == []


def media(browser, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def until(browser, done) -> None:
    WebDriverWait(browser, 120, 0.05).until(lambda _: done())


def at(browser, name: str):
    return browser.find_element(By.ID, name)


def text_of(browser, name: str) -> str:
    return at(browser, name).text


def shoot(browser, name: str) -> None:
    """Keeps a picture where SUMM_SCREENSHOTS says, to be looked at."""
    folder = os.environ.get("SUMM_SCREENSHOTS")
    if folder:
        height = browser.execute_script("return document.documentElement.scrollHeight")
        width = browser.execute_script("return innerWidth")
        browser.set_window_size(width, min(height + 200, 3000))
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))


def summarize(browser, text: str, words: int = 10) -> None:
    at(browser, "clear").click()
    at(browser, "text").send_keys(text)
    at(browser, "words").clear()
    at(browser, "words").send_keys(str(words))
    at(browser, "summarize-form").find_element(By.CSS_SELECTOR, "button.main").click()
    until(browser, lambda: at(browser, "result").is_displayed())


def drop(browser, name: str, content: str) -> None:
    """What the browser does when a file is dropped."""
    browser.execute_script(
        "const [name, content] = arguments; const data = new DataTransfer();"
        "data.items.add(new File([content], name));"
        "dispatchEvent(new DragEvent('drop', {dataTransfer: data, cancelable: true}));",
        name,
        content,
    )


def serious(browser) -> list[str]:
    """What axe finds to be serious; SUMM_AXE names its script."""
    script = os.environ.get("SUMM_AXE")
    if not script:
        return []
    browser.execute_script(Path(script).read_text(encoding="utf-8"))
    found = browser.execute_async_script("axe.run().then(arguments[0])")
    return [
        f"{one['id']}: {one['nodes'][0]['html']} {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def overflows(browser) -> bool:
    return browser.execute_script("return document.documentElement.scrollWidth > innerWidth")


def test_a_text_is_summarized_and_shown_with_what_was_kept(page):
    summarize(page, TEXT)
    line = page.find_element(By.CSS_SELECTOR, "#summaries .line").text
    assert 0 < len(line.split()) <= 10
    source = page.find_element(By.CSS_SELECTOR, "#summaries .source")
    assert source.text == TEXT
    assert source.find_elements(By.CSS_SELECTOR, ".kept")
    assert source.find_element(By.CSS_SELECTOR, ".number").text == "4,200"
    assert source.find_element(By.CSS_SELECTOR, ".negation").text == "not"
    assert page.switch_to.active_element.get_attribute("id") == "result-title"
    assert serious(page) == []
    shoot(page, "summary-light")
    media(page, "dark")
    assert serious(page) == []
    shoot(page, "summary-dark")
    page.set_window_size(500, 900)  # Chromium has no narrower window; the viewport is set next
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True},
    )
    assert not overflows(page)
    assert serious(page) == []
    shoot(page, "summary-phone")
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_files_are_dropped_and_summarized_together(page):
    drop(page, "one.txt", TEXT)
    drop(page, "two.csv", 'id,text\nb,"The bridge stays open, the council of the city said."\n')
    until(page, lambda: "two.csv" in text_of(page, "documents"))
    until(page, lambda: "one.txt" in text_of(page, "documents"))
    page.find_element(By.ID, "together").click()
    page.find_element(By.CSS_SELECTOR, "#summarize-form button.main").click()
    until(page, lambda: "Said by" in text_of(page, "summaries"))
    shoot(page, "together")


def test_what_goes_wrong_is_said(page):
    drop(page, "broken.pdf", "%PDF-1.7 nothing")
    until(page, lambda: "broken.pdf: " in text_of(page, "summarize-error"))
    page.find_element(By.CSS_SELECTOR, "#summarize-form button.main").click()
    until(page, lambda: "There is no text" in text_of(page, "summarize-error"))


def test_no_text_becomes_html(page):
    summarize(page, "<img src=x onerror=alert(1)> <b>Rivers</b> rose in the north of the country.")
    assert not page.find_elements(By.CSS_SELECTOR, "#summaries img, #summaries b")
    assert "<b>Rivers</b>" in text_of(page, "summaries")


def test_text_from_right_to_left_is_shown_so(page):
    summarize(page, "صوت المجلس يوم الاثنين على عدم إغلاق الجسر القديم فوق النهر في المدينة", 5)
    line = page.find_element(By.CSS_SELECTOR, "#summaries .line")
    direction = page.execute_script("return getComputedStyle(arguments[0]).direction", line)
    assert direction == "rtl"
    shoot(page, "right-to-left")


def test_the_machine_is_looked_into(page):
    at(page, "tab-inspect").click()
    at(page, "inspect-text").send_keys(TEXT)
    page.find_element(By.CSS_SELECTOR, "#inspect-form button.main").click()
    until(page, lambda: at(page, "inspection").is_displayed())
    assert len(page.find_elements(By.CSS_SELECTOR, "#inspection tbody tr")) == 6
    assert page.find_elements(By.CSS_SELECTOR, "#inspection svg .curve")
    label = page.find_element(By.CSS_SELECTOR, "#inspection svg").get_attribute("aria-label")
    page.find_elements(By.CSS_SELECTOR, "#inspection tbody tr:not(.chosen) button")[0].click()
    assert (
        page.find_element(By.CSS_SELECTOR, "#inspection svg").get_attribute("aria-label") != label
    )
    assert serious(page) == []
    shoot(page, "inside")


def test_neighbours_are_found(page):
    at(page, "tab-neighbours").click()
    at(page, "query").send_keys("bridges and rivers")
    at(page, "among").send_keys("The bridge over the river\nShares rose\nA new vaccine")
    page.find_element(By.CSS_SELECTOR, "#neighbours-form button.main").click()
    until(page, lambda: at(page, "nearest").is_displayed())
    rows = page.find_elements(By.CSS_SELECTOR, "#nearest tbody tr")
    assert [row.text.endswith("The bridge over the river") for row in rows] == [True, False, False]
    assert serious(page) == []
    shoot(page, "neighbours")


def test_everything_is_reached_by_keyboard(page):
    def active() -> str:
        return page.switch_to.active_element.get_attribute("id")

    def press(*keys: str) -> str:
        for key in keys:
            ActionChains(page).send_keys(key).perform()
        return active()

    page.execute_script("document.getElementById('tab-summarize').focus()")
    assert press(Keys.ARROW_RIGHT) == "tab-inspect"
    assert at(page, "panel-inspect").is_displayed()
    assert press(Keys.END) == "tab-neighbours"
    assert press(Keys.ARROW_RIGHT) == "tab-summarize"
    assert press(Keys.TAB) == "text"
    order = [press(Keys.TAB) for _ in range(5)]
    assert order == ["files", "words", "style", "lines", "together"]
    page.execute_script("document.getElementById('text').focus()")
    press(TEXT)
    page.execute_script("document.getElementById('together').focus()")
    press(Keys.TAB, Keys.ENTER)
    until(page, lambda: active() == "result-title")


def test_the_pages_of_the_api_list_every_address(page, address):
    page.get(f"{address}docs")
    until(page, lambda: "POST /api/neighbours" in text_of(page, "main"))
    assert serious(page) == []


def test_the_first_paint_is_told(page, address):
    page.get(address)
    until(page, lambda: page.execute_script("return performance.getEntriesByType('paint').length"))
    paints = page.execute_script("return performance.getEntriesByType('paint')")
    folder = os.environ.get("SUMM_SCREENSHOTS")
    if folder:
        (Path(folder) / "paint.json").write_text(json.dumps(paints))
    assert paints
