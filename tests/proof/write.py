"""Write the table of seeded mistakes into its page: python -m tests.proof.write."""

from tests.proof.test_defects import END, PAGE, START, table

if __name__ == "__main__":
    before, start, rest = PAGE.read_text(encoding="utf-8").partition(START)
    PAGE.write_text(f"{before}{start}{table()}{END}{rest.partition(END)[2]}", encoding="utf-8")
