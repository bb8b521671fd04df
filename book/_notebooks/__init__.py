"""What writes notebooks and handouts from the pages of the book, from the bottom to the top.

- `repository`: whose book it is on GitHub, and where its site stands
- `fresh`: whether the site is what its sources give (`make book`)
- `pages`: a page as data, its text, code, exercises and quizzes in order
- `links`: where the references of all pages lead
- `plain`: MyST Markdown to what Jupyter and Colab show
- `notebooks`: one notebook a chapter (`make notebooks`)
- `nbgrader_cells`: the cells that nbgrader fills, locks and grades
- `private`: the cells of a teacher's own exercises
- `needed`: which cells of a page its exercises need
- `handouts`: notebooks for students and teachers (`make handouts`), with `nbgrader_config` for who grades them
"""
