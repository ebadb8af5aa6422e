"""The patient as people write them: names of all scripts and character sets, birth date, sex and age."""

from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from dicom_files import write_classic
from discgrader.imaging.identity import Identity
from discgrader.imaging.patient import Age, Patient, name_in_words
from discgrader.imaging.pydicom_versions import save
from discgrader.imaging.study import Examination, Study
from discgrader.imaging.study_reader import read_study
from volumes import upright


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("Müller^Anna^Maria", "Müller, Anna Maria"),
        ("Müller^Anna^^Dr. med.^M.Sc.", "Müller, Dr. med. Anna, M.Sc."),
        ("Adams^John Robert Quincy^^Rev.^B.A. M.Div.", "Adams, Rev. John Robert Quincy, B.A. M.Div."),
        ("Müller^", "Müller"),
        ("^Anna", "Anna"),
        ("MUELLER ANNA", "MUELLER ANNA"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou (山田 太郎)"),
        ("=山田^太郎=やまだ^たろう", "山田 太郎"),
        ("==やまだ^たろう", "やまだ たろう"),
        ("Hong^Gildong=洪^吉洞=홍^길동", "Hong, Gildong (洪 吉洞)"),
        ("Люкceмбypг", "Люкceмбypг"),
        ("  Doe  ^ Jane ^^^", "Doe, Jane"),
        ("MÃ¼ller^Zoë".replace("Zoë", "Zo"), "Müller, Zo"),
        ("^^^^", ""),
        ("==", ""),
        ("", ""),
    ],
)
def test_names_are_written_as_people_write_them(stated, told):
    assert name_in_words(stated) == told


ENCODED = {
    "ISO_IR 100": ("Müller^Zoë", "latin-1"),
    "ISO_IR 101": ("Łukasiewicz^Świętosława", "iso8859-2"),
    "ISO_IR 144": ("Люксембург^Роза", "iso8859-5"),
    "ISO_IR 126": ("Διονυσιος^Άννα", "iso8859-7"),
    "ISO_IR 192": ("Yamada^Tarou=山田^太郎", "utf-8"),
    "GB18030": ("Wang^XiaoDong=王^小东", "gb18030"),
    "": ("Müller^Zoë", "utf-8"),
}


@pytest.mark.parametrize("charset", ENCODED)
def test_every_character_set_is_read(tmp_path: Path, charset: str) -> None:
    name, encoding = ENCODED[charset]
    for path in write_classic(tmp_path / "a", upright(), PatientName="N", SpecificCharacterSet=charset or None):
        image = pydicom.dcmread(path)
        image[0x00100010] = pydicom.dataelem.RawDataElement(
            pydicom.tag.Tag(0x00100010), "PN", len(name.encode(encoding)), name.encode(encoding), 0, False, True
        )
        save(image, path)
    patient = Patient.of(read_study(tmp_path / "a"))
    assert patient.name == name_in_words(name)


def person(examined: str = "2024-01-02", **stated: str) -> Patient:
    return Patient((Identity(**{f"patient_{name}": value for name, value in stated.items()}),), examined)


@pytest.mark.parametrize(
    ("born", "examined", "stated", "age"),
    [
        ("19610704", "2024-01-02", "", Age(62, "years")),
        ("19610102", "2024-01-02", "", Age(63, "years")),
        ("19610103", "2024-01-02", "", Age(62, "years")),
        ("20000229", "2024-02-28", "", Age(23, "years")),
        ("1961.07.04", "2024-01-02", "", Age(62, "years")),
        ("20230601", "2024-01-02", "", Age(7, "months")),
        ("19610704", "", "", None),
        ("19610704", "", "063Y", Age(63, "years")),
        ("", "2024-01-02", "018M", Age(18, "months")),
        ("", "2024-01-02", "45", Age(45, "years")),
        ("", "2024-01-02", "about 45", None),
        ("18500101", "2024-01-02", "", None),
        ("20250101", "2024-01-02", "041Y", Age(41, "years")),
        ("1961", "2024-01-02", "062Y", Age(62, "years")),
    ],
)
def test_the_age_is_that_at_the_examination(born, examined, stated, age):
    assert person(examined, birth_date=born, age=stated).age == age


def test_an_age_that_contradicts_the_birth_date_is_told():
    assert person(birth_date="19610704", age="062Y").contradicting_age is None
    assert person(birth_date="19610704", age="063Y").contradicting_age is None
    assert person(birth_date="19610704", age="040Y").contradicting_age == Age(40, "years")


def test_what_series_state_differently_is_all_told_and_what_is_not_stated_is_not_invented():
    one = Identity("7", patient_name="Doe^Jane", patient_sex="F")
    both = Patient((one, replace(one, patient_name="DOE^JANE"), one))
    assert both.name == "Doe, Jane / DOE, JANE" and both.number == "7" and both.sex == "female"
    nobody = Patient.of(Study("a", (), examination=Examination("2024-01-02")))
    assert (nobody.name, nobody.number, nobody.birth_date, nobody.sex, nobody.age) == ("", "", "", "", None)
    assert person(birth_date="1961").birth_date == "1961" and person(sex="o").sex == "other"
