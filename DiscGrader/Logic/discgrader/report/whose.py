"""Whose study it is: the patient as the top of the report and the foot of its pages name them."""

from discgrader.imaging.patient import Age, Patient
from discgrader.report.account import Account


def title_of(account: Account) -> str:
    """What stands at the very top: the patient's name, or the study's where no file tells it."""
    return Patient.of(account.result.study).name or account.result.study.name


def foot_of(account: Account) -> str:
    """What stands at the foot of each page, so that pages that come apart are still somebody's."""
    patient = Patient.of(account.result.study)
    told = [text for text in (patient.name, patient.birth_date, patient.number) if text]
    return ", ".join(told) if patient.name else account.result.study.name


def patient_facts(account: Account) -> dict[str, str]:
    """ID, birth date, sex and age, as far as DICOM states them, each under its name; and the study's name, where the
    patient's stands in its place."""
    patient, say = Patient.of(account.result.study), account.say
    facts = {
        say("Patient ID"): patient.number,
        say("Date of birth"): patient.birth_date,
        say("Sex"): _sex(account, patient.sex),
        say("Age at examination"): _age(account, patient),
        say("Study"): account.result.study.name if patient.name else "",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _sex(account: Account, sex: str) -> str:
    words = {"male": account.say("male"), "female": account.say("female"), "other": account.say("other")}
    return words.get(sex, sex)


def _age(account: Account, patient: Patient) -> str:
    if patient.age is None:
        return ""
    age, other = _in_words(account, patient.age), patient.contradicting_age
    if other is None:
        return age
    return account.say("{age} by the date of birth, {other} by the files", age=age, other=_in_words(account, other))


def _in_words(account: Account, age: Age) -> str:
    say = account.say
    one = {"years": say("1 year"), "months": say("1 month"), "weeks": say("1 week"), "days": say("1 day")}
    several = {
        "years": say("{count} years", count=age.count),
        "months": say("{count} months", count=age.count),
        "weeks": say("{count} weeks", count=age.count),
        "days": say("{count} days", count=age.count),
    }
    return one[age.unit] if age.count == 1 else several[age.unit]
