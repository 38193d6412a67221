"""The raw material of the demo's texts: people, topics, sentences, in several scripts."""

from __future__ import annotations

USERS = (
    "ana.souza", "bogdan", "chidi@example.org", "dana.whitfield", "elif.yılmaz", "fatima.z",
    "grigor", "hana.nováková", "ingrid.bjørnsdóttir", "jun.tanaka", "kofi.mensah", "lea.müller",
    "marek", "nadia.el-amin", "oscar.peña", "priya.raman", "quentin.dubois", "rosa", "søren.holm",
    "tomasz.wójcik", "uma", "viktor.orlov", "wanjiru.k", "陳怡君", "yael.ברק", "ci-bot",
)  # fmt: skip

TOPICS = (
    ("Why did churn rise in May?", "Find out why churn rose in May and which plans it hit."),
    ("Flaky checkout test", "The checkout test fails one run in ten. Find the reason and fix it."),
    ("Move billing to the new API", "Port the billing client to v3 without breaking invoices."),
    ("Deletion request #4471", "Delete everything we hold on this customer and prove it."),
    ("Weekly digest of support tickets", "Summarize this week's tickets by theme, with numbers."),
    ("Slow query on orders", "The orders page takes eight seconds. Find the query and an index."),
    ("Release notes for 5.2", "Write release notes from the merged pull requests since 5.1."),
    ("Competitor prices", "Collect the list prices of five competitors into one table."),
    ("Onboarding e-mail for trial users", "Draft three e-mails and say whom each one is for."),
    ("Disk full on worker-07", "Find what fills the disk, and free at least 20 GB safely."),
    ("Contract review: Northwind", "Read the contract and list clauses that differ from ours."),
    ("Upgrade to Python 3.13", "Try the upgrade on a branch and list what breaks."),
    ("Incident 2026-06-11 timeline", "Rebuild the timeline of the outage from logs and chat."),
    ("Dashboard numbers do not add up", "Revenue on the dashboard is 3 % below the ledger. Why?"),
    ("Accessibility audit of sign-up", "Check the sign-up flow with a keyboard and a reader."),
    ("Which invoices were never sent?", "Compare invoices with sent mail and list the missing."),
    ("Search ranks old articles first", "Explain the ranking and propose a cheap correction."),
    ("Memory leak in the importer", "Memory grows by 40 MB an hour. Bisect, and name the commit."),
    ("Survey: what do admins want?", "Cluster 1,200 free-text answers and name each cluster."),
    ("Plan the offsite in Lisbon", "Find dates, three venues and the cost for 22 people."),
    ("Rotate the signing keys", "Rotate keys in all regions, one at a time, and verify each."),
    ("Duplicate customers after import", "Find pairs that are one customer; do not merge yet."),
    ("Quarterly board deck", "Fill the deck with this quarter's figures and check every one."),
    ("Spam wave from one network", "Which accounts belong to it, and what would block them?"),
    ("日本語の問い合わせを要約",
     "今週の日本語の問い合わせを三行で要約し、緊急のものを示してください。"),
    ("登录失败的原因", "请查明六月十一日登录失败的原因，并给出修复建议。"),
    ("결제 오류 조사", "결제 오류가 늘어난 이유를 찾고 해결 방법을 제안해 주세요."),
    ("تحليل شكاوى العملاء", "لخّص شكاوى العملاء لهذا الأسبوع ورتّبها حسب الأهمية."),
    ("בדיקת חוזה הספק", "קרא את החוזה וסמן את הסעיפים החריגים."),
    ("ग्राहक प्रतिक्रिया का सारांश", "इस सप्ताह की प्रतिक्रिया का सारांश तैयार करें।"),
    ("Überprüfung der Zugriffsrechte", "Prüfe, wer noch Zugriff hat, obwohl er ausgeschieden ist."),
    ("Résumé des appels clients", "Résume les appels de la semaine, sans noms propres."),
    ("Проверка резервных копий", "Проверь, что копии за июнь восстанавливаются."),
    ("Emoji break the CSV export 😱", "Rows with 👩‍👩‍👧‍👦 or 🇧🇷 come out cut. Find the place ✂️."),
    # The same letters as above in decomposed form, as some systems write them.
    ("U\u0308berpru\u0308fung der Exporte",
     "Vergleiche die Exporte; e\u0301, n\u0303 und a\u030a gehen verloren."),
    (None, "hello, are you there?"),
    (None, "try again"),
)  # fmt: skip
"""Title and question of a conversation; a title may be missing."""

SENTENCES = (
    "The figures agree with the ledger to the cent.",
    "Two of the three sources give the same date; the third is a copy of the second.",
    "I could not reproduce the fault with a cold cache.",
    "The query reads 4.2 million rows to return fifty.",
    "An index on (account_id, created_at) would make this a seek.",
    "Most of the rise comes from the monthly plan in two regions.",
    "The retry hides the first error, so the log shows only the last.",
    "Nothing was written: the transaction rolled back at 10:42:07.",
    "The contract allows this only with thirty days' notice.",
    "Customers ask for it, but under four different names.",
    "The test depends on the order of a set and fails when hashing changes.",
    "The worker was killed for memory, not by the deployment.",
    "Next I will compare the two exports row by row.",
    "This is a guess; the log for that hour is missing.",
    "The page loads 11 scripts before the form can be used.",
    "Rolling back is safe: the new column has a default.",
    "Three answers were sarcastic and are counted as complaints.",
    "The price includes tax in one table and not in the other.",
    "日付の形式が地域によって異なります。",
    "数据在导入时被截断为 255 个字符。",
    "La réponse dépend du fuseau horaire du serveur.",
    "Die Zeitstempel sind ohne Zone gespeichert.",
    "تم العثور على ثلاثة سجلات مكررة.",
    "Резервная копия за июнь не открывается.",
    "हर पंक्ति की जाँच हो चुकी है।",
    "오류는 두 번째 시도에서 사라졌습니다.",
    "שתי השורות זהות פרט לתאריך.",
    "Looks good to me 👍 — ship it 🚀",
)

GOALS = (
    "Find where this is decided in the code.", "List every file that mentions it.",
    "Check the figures against the ledger.", "Write a test that shows the fault.",
    "Ask what the customer saw, and when.", "Compare this week with the same week last year.",
    "Read the log between 10:40 and 10:45.", "Draft an answer of three sentences.",
    "Name the three most likely reasons, the likeliest first.", "Try it on the staging system.",
    "Collect the prices into one table.", "Say what would change if we did nothing.",
    "Look for earlier tickets of the same kind.", "Measure it before and after.",
    "Prüfe die Zahlen des letzten Monats.", "関連する文書を探してください。",
    "Vérifie les dates et les fuseaux horaires.", "Find the owner of this table.",
    "Review the change for what it leaves out.", "Explain it to somebody from sales.",
)  # fmt: skip
"""What one agent asks of another below it."""

FILES = (
    "src/billing/client.py", "src/billing/invoice.py", "tests/test_checkout.py", "README.md",
    "deploy/values.yaml", "src/importer/reader.py", "src/importer/stream.py", "docs/ranking.md",
    "sql/orders_by_account.sql", "web/signup/form.tsx", "web/signup/form.test.tsx", "Makefile",
    "notes/incident-2026-06-11.md", "data/survey.csv", "src/search/rank.py", "données/été.csv",
)  # fmt: skip

HOSTS = (
    "api.example.com", "status.example.org", "prices.example.net", "docs.example.com",
    "crm.example.internal", "search.example.com",
)  # fmt: skip

COMMANDS = (
    "pytest -x tests/test_checkout.py", "git log --oneline -20", "rg -n 'retry' src",
    "du -sh /var/lib/* | sort -h", "ruff check .", "python -m importer --dry-run",
    "kubectl get pods -n jobs", "npm test -- --runInBand", "psql -c 'select 1'",
    "ls -la", "make check", "curl -sS https://api.example.com/health",
)  # fmt: skip

QUERIES = (
    "SELECT plan, count(*) FROM accounts WHERE closed_at >= $1 GROUP BY plan",
    "SELECT id FROM orders WHERE account_id = $1 ORDER BY created_at DESC LIMIT 50",
    "SELECT date_trunc('day', paid_at), sum(amount) FROM payments GROUP BY 1",
    "SELECT a.id, b.id FROM customers a JOIN customers b ON a.email = b.email AND a.id < b.id",
    "EXPLAIN SELECT * FROM tickets WHERE body ILIKE '%refund%'",
)

PHRASES = (
    "churn by plan May 2026", "checkout race condition", "lisbon venue 22 people",
    "python 3.13 removed modules", "gdpr deletion proof", "pg trigram index write cost",
    "請求書 再送", "erreur de paiement 3-D Secure", "import duplicates e-mail case",
    "naïve Bayes ticket clustering", "wcag focus order",
)  # fmt: skip

LABELS = ("billing", "bug", "question", "praise", "spam", "urgent", "other")
MODELS = ("atlas-large", "atlas-mini", "heron-2")
